// One camera, large, with how it does.

import {Plot} from './charts.js';
import {ask} from './daemon.js';
import {clock, count, decimal, duration, el, milliseconds, say, title} from './dom.js';
import {pictureWidth, stateChip, stateNotice} from './grid.js';
import {Manage} from './manage.js';
import {CameraPicture, colourOf, tally} from './picture.js';

const FPS = 25;
const HISTORY_MS = 5000;
const STAGES = [['decode', '--series-1'], ['queue', '--series-2'], ['preprocess', '--series-3'], ['infer', '--series-4'], ['post', '--series-5']];

function facts(names) {
    const values = new Map(names.map((name) => [name, el('dd', {text: '–'})]));
    const element = el('dl', {class: 'facts'},
        ...names.map((name) => el('div', {}, el('dt', {text: name}), values.get(name))));
    return {element, set: (name, text) => say(values.get(name), text)};
}

function worst(values) {
    const known = values.filter((value) => value !== null && value !== undefined);
    return known.length === 0 ? null : Math.max(...known);
}

export class CameraView {
    constructor(daemon, live, id) {
        this.daemon = daemon;
        this.live = live;
        this.id = id;
        const source = daemon.source(id) ?? {id, name: null};
        this.picture = new CameraPicture(title(source));
        this.notice = stateNotice();
        this.picture.element.append(this.notice.element);
        this.chip = stateChip();
        this.heading = el('h1', {text: title(source)});
        this.state = el('p', {class: 'state'});
        this.facts = facts(['Frames per second', 'Latency, median', 'Latency, p99', 'Published', 'Lost', 'Left out by maxFps', 'Objects found', 'Gaps']);
        this.losses = el('p', {class: 'muted losses'});
        this.found = el('ul', {class: 'found', 'aria-label': 'In the picture now'});
        this.gaps = el('tbody');
        this.manage = new Manage(daemon, id);
        this.plots = this.#makePlots();
        this.missing = el('p', {class: 'notice', hidden: true, text: `There is no camera ${id} in the configuration.`});
        this.element = el('div', {class: 'view'},
            el('div', {class: 'heading'}, el('a', {class: 'back', href: '#/', text: '← All cameras'}), this.heading, this.chip.element),
            this.missing, this.#body());
        this.resized = new ResizeObserver(() => this.#watch());
        this.resized.observe(this.picture.element);
        this.history = setInterval(() => document.hidden || this.#askHistory(), HISTORY_MS);
        this.#askHistory();
        this.update();
    }

    #makePlots() {
        const latency = new Plot('Latency, decoded to published', (data) => {
            const max = worst(data[3]);
            return max === null ? 'Nothing measured yet; a value comes every five seconds.' : `Longest in the last ${duration(data[0].length * 5)}: ${milliseconds(max)}`;
        }, [{label: 'median', colour: '--series-1'}, {label: 'p99', colour: '--series-2', fill: true}, {label: 'longest', colour: '--bad', dash: [4, 4]}], 'ms');
        const stages = new Plot('Where the time goes, p99 of each stage', (data) => {
            const max = STAGES.map(([stage], i) => [stage, worst(data[i + 1])]).filter(([, ms]) => ms !== null).sort((a, b) => b[1] - a[1]);
            return max.length === 0 ? 'Nothing measured yet.' : `Slowest: ${max[0][0]}, ${milliseconds(max[0][1])} at its worst`;
        }, STAGES.map(([label, colour]) => ({label, colour})), 'ms');
        const rate = new Plot('Frames published and lost', (data) => {
            const lost = data[2].reduce((sum, value) => sum + (value ?? 0) * 5, 0);
            return lost === 0 ? 'None lost.' : `${count(Math.round(lost))} frames lost in this time.`;
        }, [{label: 'published', colour: '--series-3', fill: true}, {label: 'lost', colour: '--bad', fill: true}], '/s');
        return {latency, stages, rate};
    }

    #body() {
        const api = '/api/v1/sources/' + encodeURIComponent(this.id);
        return el('div', {class: 'camera'},
            el('section', {class: 'stage', 'aria-label': 'Picture'}, this.picture.element, this.#switches()),
            el('aside', {class: 'side', 'aria-label': 'How it does'},
                el('h2', {text: 'Now'}), this.state, this.found,
                el('h2', {text: 'Figures'}), this.facts.element, this.losses,
                el('h2', {text: 'Change'}), this.manage.element,
                el('h2', {text: 'Elsewhere'}),
                el('p', {class: 'links'},
                    el('a', {href: api + '/snapshot', text: 'Snapshot (JPEG)'}),
                    el('a', {href: api + '/live', text: 'Stream (MJPEG)'}),
                    el('a', {href: api, text: 'State (JSON)'}))),
            el('section', {class: 'plots', 'aria-label': 'The last twenty minutes'},
                ...Object.values(this.plots).map((plot) => plot.element)),
            el('section', {class: 'panel'},
                el('h2', {text: 'When it did not look'}),
                el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Gaps'},
                    el('table', {}, el('thead', {}, el('tr', {}, ...['From', 'To', 'Reason', 'What is known'].map((text) => el('th', {scope: 'col', text})))), this.gaps))));
    }

    #switches() {
        const names = {boxes: 'Boxes', labels: 'Labels', trails: 'Trails', zones: 'Zones and lines'};
        return el('div', {class: 'switches', role: 'group', 'aria-label': 'Draw'},
            ...Object.entries(names).map(([name, text]) => el('button', {type: 'button', class: 'plain', 'aria-pressed': 'true', text, on: {
                click: (event) => {
                    this.picture.shows[name] = !this.picture.shows[name];
                    event.currentTarget.setAttribute('aria-pressed', this.picture.shows[name]);
                    this.picture.redraw();
                },
            }})),
            el('button', {type: 'button', class: 'plain', text: 'Full screen', on: {click: () => this.picture.element.requestFullscreen()}}));
    }

    update() {
        const source = this.daemon.source(this.id);
        this.missing.hidden = this.daemon.sources === null || source !== undefined;
        if (source === undefined) {
            return;
        }
        say(this.heading, title(source));
        this.chip.update(source);
        this.notice.update(source);
        this.manage.update(source);
        say(this.state, source.state === 'live' ? 'Live: frames come.' : `${source.meaning}. ${source.advice}`);
        this.facts.set('Frames per second', decimal(source.fps, 1));
        this.facts.set('Latency, median', milliseconds(source.latencyMs?.p50));
        this.facts.set('Latency, p99', milliseconds(source.latencyMs?.p99));
        this.facts.set('Published', count(source.framesPublished));
        this.facts.set('Lost', count(source.framesLost));
        this.facts.set('Left out by maxFps', count(source.framesRateLimited));
        this.facts.set('Objects found', count(source.detections));
        this.facts.set('Gaps', count(source.gaps));
        const lost = Object.entries(source.losses).filter(([, frames]) => frames > 0);
        say(this.losses, lost.length === 0 ? '' : 'Lost: ' + lost.map(([reason, frames]) => `${count(frames)} ${reason}`).join(', '));
        const configured = this.daemon.configuration.get(this.id);
        this.picture.zones = configured?.zones ?? [];
        this.picture.lines = configured?.lines ?? [];
        this.#count();
    }

    #count() {
        const objects = this.picture.latest?.message?.objects ?? [];
        const lines = tally(objects).map(([label, number]) => `${number} × ${label}`);
        const text = lines.join('\n') || 'nothing found';
        if (this.found.dataset.text !== text) {
            this.found.dataset.text = text;
            this.found.replaceChildren(...(lines.length === 0 ? ['nothing found'] : lines).map((line, i) => {
                const dot = el('span', {class: 'dot', 'aria-hidden': 'true'});
                dot.style.background = lines.length === 0 ? 'transparent' : colourOf(tally(objects)[i][0]);
                return el('li', {}, dot, line);
            }));
        }
    }

    async #askHistory() {
        try {
            const path = encodeURIComponent(this.id);
            const [history, gaps] = await Promise.all([
                ask(`sources/${path}/history`), ask(`messages?source=${path}&type=gaps&limit=40`)]);
            this.#plot(history);
            this.gaps.replaceChildren(...gapRows(gaps.messages));
        } catch (failure) {
            // the page's heading says that the daemon does not answer
        }
    }

    #plot({spans, periodSeconds}) {
        const times = spans.map((span) => span.utcMs / 1000);
        const each = (value) => spans.map(value);
        this.plots.latency.update([times, each((span) => span.latencyMs?.p50 ?? null), each((span) => span.latencyMs?.p99 ?? null),
            each((span) => span.latencyMs?.max ?? null)]);
        this.plots.stages.update([times, ...STAGES.map(([stage]) => each((span) => span.stagesMs?.[stage] ?? null))]);
        this.plots.rate.update([times, each((span) => span.fps), each((span) => span.framesLost / periodSeconds)]);
    }

    #watch() {
        this.live.watch([this.id], pictureWidth(this.picture.element.clientWidth), FPS);
    }

    show(picture) {
        if (picture.source === this.id) {
            this.picture.show(picture);
        }
    }

    recolour() {
        Object.values(this.plots).forEach((plot) => plot.recolour());
    }

    close() {
        clearInterval(this.history);
        this.resized.disconnect();
        Object.values(this.plots).forEach((plot) => plot.close());
    }
}

/** Of each gap the newest message, the newest gap first. */
export function newestGaps(messages) {
    const bySince = new Map();
    messages.forEach((message) => bySince.set(message.sourceId + ' ' + message.since, message));
    return [...bySince.values()].reverse();
}

export function gapRows(messages, names) {
    const gaps = newestGaps(messages);
    if (gaps.length === 0) {
        return [el('tr', {}, el('td', {colspan: names ? 5 : 4, class: 'muted', text: 'None: it looked all the time.'}))];
    }
    return gaps.map((gap) => el('tr', {},
        names ? el('td', {text: names(gap.sourceId)}) : null,
        el('td', {text: gap.since ? clock(gap.since) : '–'}),
        el('td', {text: gap.until ? `${clock(gap.until)} (${duration((Date.parse(gap.until) - Date.parse(gap.since)) / 1000)})` : 'still'}),
        el('td', {text: gap.reason}),
        el('td', {text: gap.detail ?? ''})));
}
