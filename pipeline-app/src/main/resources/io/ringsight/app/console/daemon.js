// What the daemon says of itself, asked once a second while somebody looks.

const PERIOD_MS = 1000;
const LIMIT_MS = 5000;
const CHANGE_LIMIT_MS = 300000;

async function json(path, method) {
    const answer = await fetch('/api/v1/' + path, {method, signal: AbortSignal.timeout(LIMIT_MS)});
    if (!answer.ok) {
        throw new Error(answer.status === 401 || answer.status === 403 ? 'signed-out' : 'status ' + answer.status);
    }
    return answer.json();
}

export function ask(path) {
    return json(path, 'GET');
}

/** Has something done; takes the operator's token where there is one. */
export function tell(path) {
    return json(path, 'POST');
}

/** Why something was not done: sentences for people. */
export class Refusal extends Error {
    constructor(messages) {
        super(messages.join(' '));
        this.messages = messages;
    }
}

/** Has something changed; takes the operator's token where there is one. Fails with a Refusal. */
export async function change(method, path, body, limitMs = CHANGE_LIMIT_MS) {
    let answer;
    try {
        answer = await fetch('/api/v1/' + path, {
            method,
            ...(body === undefined ? {} : {body: JSON.stringify(body), headers: {'Content-Type': 'application/json'}}),
            signal: AbortSignal.timeout(limitMs),
        });
    } catch {
        throw new Refusal(['The daemon does not answer; try again.']);
    }
    const isJson = answer.headers.get('content-type') === 'application/json';
    const said = isJson ? await answer.json() : await answer.text();
    if (answer.ok) {
        return said;
    }
    throw new Refusal([401, 403].includes(answer.status) ? ['This takes the operator’s token: sign in with it.'] : isJson ? said.errors : [said.trim()]);
}

/** Tells listeners of each answer. */
export class Daemon extends EventTarget {
    sources = null;
    status = null;
    configuration = new Map();
    failure = null;
    failedSince = null;
    #reloads = null;

    start() {
        document.addEventListener('visibilitychange', () => document.hidden || this.#turn());
        this.#turn();
    }

    #turn() {
        clearTimeout(this.timer);
        this.#askAll().finally(() => {
            if (!document.hidden) {
                clearTimeout(this.timer);
                this.timer = setTimeout(() => this.#turn(), PERIOD_MS);
            }
        });
    }

    async #askAll() {
        try {
            const [sources, status] = await Promise.all([ask('sources'), ask('status')]);
            const ids = sources.sources.map((source) => source.id).join();
            if (ids !== this.#reloads || this.failure || Date.now() - this.configuredAt > 10 * PERIOD_MS) {
                const configuration = await ask('configuration');
                this.configuration = new Map(configuration.sources.map((source) => [source.id, source]));
                this.configuredAt = Date.now();
                this.#reloads = ids;
            }
            this.sources = sources.sources;
            this.status = status;
            this.failure = null;
            this.failedSince = null;
        } catch (failure) {
            this.failure = failure.message;
            this.failedSince ??= Date.now();
        }
        this.dispatchEvent(new Event('answer'));
    }

    /** Something was changed: what is known is asked for again. */
    async changed() {
        this.configuredAt = 0;
        await this.#askAll();
    }

    source(id) {
        return this.sources?.find((source) => source.id === id);
    }
}
