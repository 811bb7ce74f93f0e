// All cameras at once.

import {AddForm} from './add.js';
import {count, decimal, duration, el, grade, milliseconds, say, title} from './dom.js';
import {CameraPicture} from './picture.js';

const FPS = 10;

/** The state of a camera in words, over its picture while there is none. */
export function stateNotice() {
    const heading = el('strong');
    const meaning = el('span');
    const advice = el('span', {class: 'advice'});
    const element = el('div', {class: 'notice-over', hidden: true}, heading, meaning, advice);
    return {
        element,
        update(source) {
            element.hidden = source.state === 'live';
            element.dataset.grade = grade(source.state);
            say(heading, STATES[source.state] ?? source.state.replaceAll('-', ' '));
            const since = source.lastFrameAgeSeconds === null ? '' : `; last picture ${duration(source.lastFrameAgeSeconds)} ago`;
            say(meaning, source.meaning + since);
            say(advice, source.advice);
        },
    };
}

const STATES = {
    'connecting': 'Connecting', 'refused': 'Camera refuses', 'timed-out': 'Camera does not answer', 'stalled': 'Stalled',
    'unreachable': 'Camera unreachable', 'disconnected': 'Connection lost', 'auth-failed': 'Password refused',
    'not-found': 'Stream not found', 'frozen': 'Picture frozen', 'black': 'Picture black', 'ended': 'Recording over',
    'stopped': 'Stopped', 'paused': 'Paused',
};

/** A chip with the state; its colour says nothing that its text does not. */
export function stateChip() {
    const element = el('span', {class: 'chip'});
    return {
        element,
        update(source) {
            say(element, source.state.replaceAll('-', ' '));
            element.dataset.grade = grade(source.state);
        },
    };
}

class Card {
    constructor(source) {
        this.id = source.id;
        this.picture = new CameraPicture(title(source), true);
        this.notice = stateNotice();
        this.chip = stateChip();
        this.name = el('span', {class: 'name'});
        this.figures = el('span', {class: 'figures'});
        this.waiting = el('div', {class: 'skeleton', 'aria-hidden': 'true'});
        this.picture.element.append(this.waiting, this.notice.element);
        this.element = el('li', {class: 'card'},
            el('a', {href: '#/camera/' + encodeURIComponent(source.id)},
                this.picture.element,
                el('span', {class: 'caption'}, this.name, this.chip.element, this.figures)));
        this.update(source);
    }

    update(source, configured) {
        say(this.name, title(source));
        this.chip.update(source);
        this.notice.update(source);
        this.element.dataset.grade = grade(source.state);
        const lost = source.framesLost > 0 ? ` · ${count(source.framesLost)} lost` : '';
        say(this.figures, source.fps === null
            ? 'measuring…'
            : `${decimal(source.fps, 1, 'fps')} · p99 ${milliseconds(source.latencyMs?.p99)}${lost}`);
        this.waiting.hidden = this.picture.latest !== null || source.state !== 'live';
        this.picture.zones = configured?.zones ?? [];
        this.picture.lines = configured?.lines ?? [];
    }

    show(picture) {
        this.waiting.hidden = true;
        this.picture.show(picture);
    }
}

export class GridView {
    #cards = new Map();
    #visible = new Set();

    constructor(daemon, live) {
        this.daemon = daemon;
        this.live = live;
        this.list = el('ul', {class: 'grid'});
        this.summary = el('p', {class: 'summary'});
        this.element = el('div', {class: 'view'},
            el('div', {class: 'heading'}, el('h1', {text: 'Live'}), this.summary,
                this.add = el('a', {class: 'plain', href: '#/add', text: 'Add a camera'})), this.list);
        this.seen = new IntersectionObserver((entries) => {
            entries.forEach((entry) => this.#visible[entry.isIntersecting ? 'add' : 'delete'](entry.target.dataset.id));
            this.#watch();
        });
        this.resized = new ResizeObserver(() => this.#watch());
        this.resized.observe(this.list);
        this.update();
    }

    update() {
        const sources = this.daemon.sources;
        if (sources?.length === 0 && this.daemon.status.started) {
            this.#first();
            return;
        }
        this.first?.remove();
        this.first = null;
        if (sources === null || sources.length === 0) {
            if (this.list.childElementCount === 0) {
                this.list.append(...[1, 2, 3].map(() => el('li', {class: 'card', 'aria-hidden': 'true'},
                    el('div', {class: 'frame'}, el('div', {class: 'skeleton'})), el('span', {class: 'caption', text: '\u00a0'}))));
            }
            return;
        }
        if (sources.map((source) => source.id).join() !== [...this.#cards.keys()].join()) {
            this.#exchange(sources);
        }
        sources.forEach((source) => this.#cards.get(source.id).update(source, this.daemon.configuration.get(source.id)));
        const live = sources.filter((source) => source.state === 'live').length;
        const away = sources.length - live;
        say(this.summary, `${live} of ${sources.length} cameras live` + (away > 0 ? `, ${away} not looking` : ''));
    }

    /** There is no camera: the page to begin with. */
    #first() {
        if (this.first) {
            return;
        }
        this.#exchange([]);
        say(this.summary, '');
        this.add.hidden = true;
        const form = new AddForm(this.daemon, (id) => {
            location.hash = '#/camera/' + encodeURIComponent(id);
        });
        this.first = el('section', {class: 'first-run', 'aria-label': 'First camera'},
            el('h2', {text: 'There is no camera yet'}),
            el('p', {class: 'muted', text: 'Give the address of one, test it, and add it. It runs at once.'}), form.element);
        this.element.append(this.first);
    }

    #exchange(sources) {
        this.add.hidden = false;
        const before = this.#cards;
        this.#cards = new Map(sources.map((source) => [source.id, before.get(source.id) ?? new Card(source)]));
        this.seen.disconnect();
        this.#visible.clear();
        this.list.replaceChildren(...[...this.#cards.values()].map((card) => card.element));
        this.list.dataset.count = Math.min(4, sources.length);
        for (const [id, card] of this.#cards) {
            card.element.dataset.id = id;
            this.seen.observe(card.element);
        }
    }

    #watch() {
        const shown = [...this.#cards.keys()].filter((id) => this.#visible.has(id));
        const width = this.#cards.get(shown[0])?.picture.element.clientWidth ?? 0;
        this.live.watch(shown, pictureWidth(width), FPS);
    }

    show(picture) {
        this.#cards.get(picture.source)?.show(picture);
    }

    close() {
        this.seen.disconnect();
        this.resized.disconnect();
    }
}

/** What the daemon is asked for: few sizes, so that a window that is resized does not begin a stream at each step. */
export function pictureWidth(cssWidth) {
    const wanted = cssWidth * Math.min(window.devicePixelRatio, 2);
    return [320, 640, 960, 1280].find((width) => width >= wanted) ?? 1920;
}
