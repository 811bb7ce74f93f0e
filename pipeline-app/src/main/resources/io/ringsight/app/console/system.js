// What computes, and where results go.

import {ask} from './daemon.js';
import {bytes, count, duration, el, say} from './dom.js';

const PERIOD_MS = 5000;

function facts(pairs) {
    return el('dl', {class: 'facts'}, ...pairs.map(([name, value]) =>
        el('div', {}, el('dt', {text: name}), el('dd', {text: value}))));
}

export class SystemView {
    constructor(daemon) {
        this.daemon = daemon;
        this.models = el('div', {class: 'tiles'}, el('p', {class: 'muted', text: 'Loading…'}));
        this.daemonFacts = el('div', {class: 'panel'});
        this.sinks = el('tbody');
        this.element = el('div', {class: 'view'},
            el('div', {class: 'heading'}, el('h1', {text: 'System'})),
            el('section', {}, el('h2', {text: 'Daemon'}), this.daemonFacts),
            el('section', {}, el('h2', {text: 'Models and devices'}), this.models),
            el('section', {}, el('h2', {text: 'Where results go'}),
                el('div', {class: 'panel scroll', tabindex: '0', role: 'region', 'aria-label': 'Sinks'},
                    el('table', {}, el('thead', {}, el('tr', {}, ...['Sink', 'State', 'What it means', 'Waiting', 'In the spool'].map((text) => el('th', {scope: 'col', text})))), this.sinks))));
        this.timer = setInterval(() => document.hidden || this.#ask(), PERIOD_MS);
        this.#ask();
        this.update();
    }

    update() {
        const status = this.daemon.status;
        if (status === null) {
            return;
        }
        this.daemonFacts.replaceChildren(
            facts([
                ['Version', status.version],
                ['Up for', duration(status.uptimeSeconds)],
                ['Cameras live', `${status.liveSources} of ${status.sources}`],
                ['Frames published', count(status.framesPublished)],
                ['Objects found', count(status.detections)],
            ]),
            ...(status.evidence === null ? [] : [facts([['Evidence', `${count(status.evidence.pictures)} pictures, ${bytes(status.evidence.bytes)} of ${bytes(status.evidence.maxBytes)}`]])]),
            ...(status.evidence === null || status.evidence.state === 'keeping' ? [] : [el('p', {class: 'reason', text: status.evidence.meaning})]),
            ...status.reasons.map((reason) => el('p', {class: 'reason', text: reason})));
        this.sinks.replaceChildren(...status.sinks.map((sink) => el('tr', {},
            el('td', {text: sink.name}),
            el('td', {}, el('span', {class: 'chip', 'data-grade': sink.state === 'ready' ? 'good' : 'waiting', text: sink.state})),
            el('td', {text: sink.meaning}),
            el('td', {text: count(sink.queuedMessages)}),
            el('td', {text: sink.spoolMessages === 0 ? '–' : `${count(sink.spoolMessages)} (${bytes(sink.spoolBytes)})`}))));
    }

    async #ask() {
        try {
            const {models} = await ask('models');
            const tiles = models.map((model) => el('article', {class: 'panel'},
                el('h3', {text: `${model.name} ${model.version}`}),
                facts([
                    ['Used as', model.id],
                    ['Computes on', model.backend],
                    ['Precision', model.precision],
                    ['Input', `${model.width} × ${model.height}`],
                    ['Lanes', count(model.lanes)],
                    ['File', model.sha256.slice(0, 12)],
                ]),
                el('ul', {class: 'labels', 'aria-label': 'Labels'}, ...model.labels.slice(0, 40).map((label) => el('li', {text: label})),
                    model.labels.length > 40 ? el('li', {text: `and ${model.labels.length - 40} more`}) : null)));
            this.models.replaceChildren(...(tiles.length > 0 ? tiles : [el('p', {class: 'muted', text: 'The model is loading.'})]));
        } catch (failure) {
            say(this.models, this.models.querySelector('article') ? this.models.textContent : 'Not known: the daemon does not answer.');
        }
    }

    close() {
        clearInterval(this.timer);
    }
}
