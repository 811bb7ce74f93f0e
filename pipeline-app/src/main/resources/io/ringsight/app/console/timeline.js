// When each camera looked, what it found, and when it did not look: "nothing found" is not "not looking".

import {gapRows} from './camera.js';
import {ask} from './daemon.js';
import {clock, count, duration, el, say, title} from './dom.js';

const PERIOD_MS = 5000;
const SPAN_S = 1200;
const ROW = 44;

export class TimelineView {
    #rows = new Map();

    constructor(daemon) {
        this.daemon = daemon;
        this.rows = el('div', {class: 'rows'});
        this.gaps = el('tbody');
        this.tip = el('p', {class: 'muted tip', role: 'status', text: 'Point at a row, or focus it and use the arrow keys.'});
        this.element = el('div', {class: 'view'},
            el('div', {class: 'heading'}, el('h1', {text: 'Timeline'}), el('p', {class: 'summary', text: 'The last twenty minutes'})),
            el('ul', {class: 'legend'},
                ...[['grid', 'not known'], ['looking', 'looked'], ['losing', 'looked, frames lost'], ['blind', 'did not look'], ['found', 'objects found']]
                    .map(([kind, text]) => el('li', {}, el('span', {class: 'key', 'data-kind': kind, 'aria-hidden': 'true'}), text))),
            this.rows, el('div', {class: 'scale', 'aria-hidden': 'true'}, ...[20, 15, 10, 5].map((minutes) => el('span', {text: `−${minutes} min`})), el('span', {text: 'now'})), this.tip,
            el('section', {class: 'panel'},
                el('h2', {text: 'When cameras did not look'}),
                el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Gaps'},
                    el('table', {}, el('thead', {}, el('tr', {}, ...['Camera', 'From', 'To', 'Reason', 'What is known'].map((text) => el('th', {scope: 'col', text})))), this.gaps))));
        this.timer = setInterval(() => document.hidden || this.#ask(), PERIOD_MS);
        this.resized = new ResizeObserver(() => this.recolour());
        this.resized.observe(this.rows);
        this.update();
    }

    update() {
        const sources = this.daemon.sources ?? [];
        if (sources.map((source) => source.id).join() !== [...this.#rows.keys()].join()) {
            this.#rows = new Map(sources.map((source) => [source.id, new Row(source, (text) => say(this.tip, text))]));
            this.rows.replaceChildren(...[...this.#rows.values()].map((row) => row.element));
            this.#ask();
        }
    }

    async #ask() {
        try {
            const messages = await ask('messages?type=gaps&limit=200');
            this.gaps.replaceChildren(...gapRows(messages.messages, (id) => title(this.daemon.source(id) ?? {id})));
            await Promise.all([...this.#rows.values()].map(async (row) => row.update(
                await ask(`sources/${encodeURIComponent(row.id)}/history`),
                messages.messages.filter((message) => message.sourceId === row.id))));
        } catch (failure) {
            // the page's heading says that the daemon does not answer
        }
    }

    recolour() {
        this.#rows.forEach((row) => row.draw());
    }

    close() {
        clearInterval(this.timer);
        this.resized.disconnect();
    }
}

class Row {
    #spans = [];
    #gaps = [];
    #period = 5;
    #at = null;

    constructor(source, tell) {
        this.id = source.id;
        this.tell = tell;
        this.name = title(source);
        this.canvas = el('canvas', {tabindex: '0', role: 'img', 'aria-label': this.name + ': nothing known yet', on: {
            pointermove: (event) => this.#point(event.offsetX / this.canvas.clientWidth),
            keydown: (event) => this.#key(event),
        }});
        this.element = el('div', {class: 'row'}, el('a', {href: '#/camera/' + encodeURIComponent(source.id), text: this.name}), this.canvas);
    }

    update({spans, periodSeconds}, gaps) {
        this.#spans = spans;
        this.#period = periodSeconds;
        this.#gaps = gaps;
        const blind = spans.filter((span) => kindOf(span) === 'blind').length * periodSeconds;
        const found = spans.reduce((sum, span) => sum + span.detections, 0);
        this.canvas.setAttribute('aria-label', `${this.name}: did not look for ${blind === 0 ? '0 s' : duration(blind)} of ${duration(spans.length * periodSeconds)}, ${count(found)} objects found`);
        this.draw();
    }

    draw() {
        const ratio = Math.min(window.devicePixelRatio, 2);
        const width = this.canvas.clientWidth;
        this.canvas.width = Math.max(1, width * ratio);
        this.canvas.height = ROW * ratio;
        const pen = this.canvas.getContext('2d');
        pen.scale(ratio, ratio);
        const style = getComputedStyle(document.documentElement);
        const colour = (kind) => style.getPropertyValue('--' + kind);
        const most = Math.max(1, ...this.#spans.map((span) => span.detections));
        const end = this.#end();
        pen.fillStyle = colour('grid');
        pen.fillRect(0, ROW - 14, width, 14);
        for (const span of this.#spans) {
            const right = width * (1 - (end - span.utcMs / 1000) / SPAN_S);
            const wide = width * this.#period / SPAN_S;
            pen.fillStyle = colour(kindOf(span));
            pen.fillRect(right - wide, ROW - 14, wide + 0.6, 14);
            const high = span.detections === 0 ? 0 : Math.max(2, 26 * span.detections / most);
            pen.fillStyle = colour('found');
            pen.fillRect(right - wide, ROW - 16 - high, Math.max(1, wide - 0.5), high);
        }
    }

    #end() {
        return this.#spans.length === 0 ? Date.now() / 1000 : this.#spans[this.#spans.length - 1].utcMs / 1000;
    }

    #point(fraction) {
        const at = this.#end() - (1 - fraction) * SPAN_S;
        this.#tellOf(this.#spans.findIndex((span) => span.utcMs / 1000 >= at));
    }

    #key(event) {
        const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
        if (step !== undefined) {
            event.preventDefault();
            const last = this.#spans.length - 1;
            this.#tellOf(Math.max(0, Math.min(last, (this.#at ?? last + 1) + step)));
        }
    }

    #tellOf(index) {
        const span = this.#spans[index];
        this.#at = index;
        if (span === undefined) {
            return;
        }
        const gap = this.#gaps.find((gap) => Date.parse(gap.since) < span.utcMs
            && (!gap.until || Date.parse(gap.until) > span.utcMs - this.#period * 1000));
        const looked = {looking: 'looked', losing: `looked, ${count(span.framesLost)} frames lost`, blind: 'did not look'}[kindOf(span)];
        this.tell(`${this.name}, ${clock(span.utcMs)}: ${looked}${gap ? ` (${gap.reason})` : ''}, ${span.fps.toFixed(1)} fps, ${count(span.detections)} objects found`);
    }
}

function kindOf(span) {
    if (span.fps === 0) {
        return 'blind';
    }
    return span.framesLost > 0 ? 'losing' : 'looking';
}
