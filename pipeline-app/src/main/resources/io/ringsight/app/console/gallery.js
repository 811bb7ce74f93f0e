// Pictures of frames that mattered, by camera, class and time.

import {ask} from './daemon.js';
import {bytes, count, day, el, say, title} from './dom.js';
import {outline} from './evidence.js';

const PERIOD_MS = 5000;
const PAGE = 60;
const SPANS = [['', 'Any time'], ['3600', 'Last hour'], ['86400', 'Last day'], ['604800', 'Last week']];

export class GalleryView {
    #items = [];
    #next = null;
    #wanted = 0;

    constructor(daemon) {
        this.daemon = daemon;
        this.source = this.#choice('Camera', [['', 'All cameras']]);
        this.label = this.#choice('Class', [['', 'All classes']]);
        this.span = this.#choice('Time', SPANS);
        this.summary = el('p', {class: 'summary', role: 'status', text: 'Loading…'});
        this.state = el('p', {class: 'reason', hidden: true});
        this.list = el('ul', {class: 'shots'});
        this.more = el('button', {class: 'plain', type: 'button', text: 'Show older', hidden: true, on: {click: () => this.#older()}});
        this.dialog = el('dialog', {class: 'lightbox', 'aria-label': 'Picture'});
        this.element = el('div', {class: 'view'},
            el('div', {class: 'heading'}, el('h1', {text: 'Gallery'}), this.summary),
            el('div', {class: 'filters'}, ...[this.source, this.label, this.span].map((choice) => choice.parentElement)),
            this.state, this.list, this.more, this.dialog);
        this.dialog.addEventListener('click', (event) => event.target === this.dialog && this.dialog.close());
        this.timer = setInterval(() => document.hidden || this.#items.length > PAGE || this.#ask(), PERIOD_MS);
        this.#ask();
        this.#classes();
        this.update();
    }

    #choice(name, options) {
        const select = el('select', {on: {change: () => this.#ask()}}, ...options.map(([value, text]) => el('option', {value, text})));
        el('label', {}, el('span', {text: name}), select);
        return select;
    }

    update() {
        const known = [...this.source.options].map((option) => option.value);
        for (const source of this.daemon.sources ?? []) {
            if (!known.includes(source.id)) {
                this.source.append(el('option', {value: source.id, text: title(source)}));
            }
        }
    }

    async #classes() {
        const {models} = await ask('models').catch(() => ({models: []}));
        const labels = [...new Set(models.flatMap((model) => model.labels))].sort();
        this.label.append(...labels.map((label) => el('option', {value: label, text: label})));
    }

    #query(before) {
        const query = new URLSearchParams({limit: PAGE});
        this.source.value && query.set('source', this.source.value);
        this.label.value && query.set('class', this.label.value);
        this.span.value && query.set('from', new Date(Date.now() - 1000 * this.span.value).toISOString());
        before && query.set('before', before);
        return 'evidence?' + query;
    }

    async #ask() {
        const wanted = ++this.#wanted;
        try {
            const answer = await ask(this.#query(null));
            if (wanted === this.#wanted) {
                this.#show(answer, answer.items);
            }
        } catch {
            // the page's heading says that the daemon does not answer
        }
    }

    async #older() {
        const answer = await ask(this.#query(this.#next)).catch(() => null);
        if (answer !== null) {
            this.#show(answer, [...this.#items, ...answer.items]);
        }
    }

    #show(answer, items) {
        this.#next = answer.next;
        this.more.hidden = answer.next === null;
        const kept = `${count(answer.pictures)} kept, ${bytes(answer.bytes)} of ${bytes(answer.maxBytes)}`;
        say(this.summary, answer.state === 'off' ? '' : kept);
        this.state.hidden = ['keeping', 'off'].includes(answer.state);
        say(this.state, answer.meaning);
        if (items.map((item) => item.id).join() === this.#items.map((item) => item.id).join() && this.list.children.length > 0) {
            return;
        }
        this.#items = items;
        const there = new Map([...this.list.children].map((shot) => [shot.dataset.id, shot]));
        this.list.replaceChildren(...(items.length > 0 ? items.map((item) => there.get(item.id) ?? this.#shot(item)) : [this.#none(answer)]));
    }

    #none(answer) {
        return answer.state === 'off'
            ? el('li', {class: 'notice'}, el('h2', {text: 'No pictures are kept'}),
                el('p', {text: 'Add this to the configuration and restart Ringsight; then each frame that shows a defect of a part, or in which a rule’s event happens, is kept here.'}),
                el('pre', {text: 'evidence:\n  dir: out/evidence'}))
            : el('li', {class: 'notice'}, el('h2', {text: 'Nothing here'}),
                el('p', {text: answer.pictures > 0 ? 'No picture fits this camera, class and time.' : 'No frame mattered yet: none showed a defect of a part, and no rule’s event happened.'}));
    }

    #shot(item) {
        const what = [...item.classes, ...item.rules].join(', ') || 'whole picture';
        const source = this.daemon.source(item.source);
        const name = source ? title(source) : item.source;
        return el('li', {'data-id': item.id},
            el('button', {class: 'shot', type: 'button', on: {click: () => this.#open(item, what, name)}},
                el('img', {src: `/api/v1/evidence/${item.id}/crop.jpg`, alt: what, loading: 'lazy', width: 160, height: 120}),
                el('span', {class: 'name', text: what}),
                el('span', {class: 'muted', text: `${name}, ${day(item.takenAt)}`})));
    }

    async #open(item, what, name) {
        const picture = el('div', {class: 'evidence'});
        this.dialog.replaceChildren(
            el('div', {class: 'heading'}, el('h2', {text: what}), el('p', {class: 'summary', text: `${name}, ${day(item.takenAt)}`}),
                el('button', {class: 'plain', type: 'button', text: 'Close', on: {click: () => this.dialog.close()}})),
            picture,
            ...this.#clip(item),
            el('p', {class: 'links'}, el('a', {href: `/api/v1/evidence/${item.id}/picture.jpg`, target: '_blank', text: 'Full resolution'}),
                el('a', {href: `/api/v1/evidence/${item.id}/message.json`, target: '_blank', text: 'Message'})));
        this.dialog.showModal();
        await outline(picture, item.id, item.objects);
    }

    #clip(item) {
        if (item.clip === null) {
            return [];
        }
        const video = el('video', {class: 'clip', controls: true, preload: 'metadata', 'aria-label': 'Clip of what was around it', src: `/api/v1/evidence/${item.clip}/clip.mp4`});
        const note = el('p', {class: 'muted', hidden: true, text: 'This browser cannot play the camera’s codec; download the clip instead.'});
        video.addEventListener('error', () => { note.hidden = false; });
        return [video, note, el('p', {class: 'links'}, el('a', {href: `/api/v1/evidence/${item.clip}/clip.mp4`, download: `${item.clip.replaceAll('/', '-')}.mp4`, text: 'Download clip'}))];
    }

    close() {
        clearInterval(this.timer);
    }
}
