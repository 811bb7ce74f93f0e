// The last verdicts, where the defects of a board are, and what a person says of them.

import {ask, tell} from './daemon.js';
import {count, day, el, say} from './dom.js';
import {show} from './evidence.js';

const PERIOD_MS = 2000;
const STATES = [
    ['defect-confirmed', 'Defect', 'The defect is there'],
    ['defect-rejected', 'False call', 'There is no defect'],
    ['accepted', 'Accepted', 'The defect is there, and the part is good enough'],
    ['repaired', 'Repaired', 'The defect was there and has been repaired'],
];
const WORDS = {'not-verified': 'not verified', 'defect-confirmed': 'defect confirmed', 'defect-rejected': 'false call', accepted: 'accepted', repaired: 'repaired'};
const GRADES = {pass: 'good', rework: 'waiting', reject: 'bad', unknown: 'bad'};
const FILTERS = [['state=not-verified', 'To verify'], ['', 'All'], ['grade=reject', 'Reject'], ['grade=rework', 'Rework'], ['grade=unknown', 'Unknown'], ['grade=pass', 'Pass']];

/** Classes of defects, each once, with its number. */
function counted(defects) {
    const labels = defects.map((defect) => defect.label);
    return [...new Set(labels)].map((label) => {
        const times = labels.filter((each) => each === label).length;
        return times === 1 ? label : `${times} × ${label}`;
    }).join(', ');
}

export class BoardsView {
    #verdicts = [];
    #chosen = null;
    #filter = '';
    #drawn = '';

    constructor(daemon) {
        this.daemon = daemon;
        this.summary = el('p', {class: 'summary', role: 'status', text: 'Loading…'});
        this.filters = el('div', {class: 'switches', role: 'group', 'aria-label': 'Which verdicts'}, ...FILTERS.map(([query, text]) =>
            el('button', {class: 'plain', type: 'button', text, 'aria-pressed': String(query === ''), 'data-query': query, on: {click: () => this.#choose(query)}})));
        this.list = el('ul', {class: 'boards', 'aria-label': 'Verdicts'});
        this.board = el('section', {class: 'panel board', 'aria-label': 'Board', hidden: true});
        this.rates = el('section', {hidden: true});
        this.failure = el('p', {class: 'reason', role: 'alert', hidden: true});
        this.element = el('div', {class: 'view'},
            el('div', {class: 'heading'}, el('h1', {text: 'Boards'}), this.summary),
            this.filters, this.failure,
            el('div', {class: 'boards-and-one'}, this.list, this.board), this.rates);
        this.timer = setInterval(() => document.hidden || this.#ask(), PERIOD_MS);
        this.#ask();
    }

    update() {
        // it asks for itself
    }

    #choose(query) {
        this.#filter = query;
        this.filters.querySelectorAll('button').forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.query === query)));
        this.#ask();
    }

    async #ask() {
        try {
            const [{verdicts}, {sources}] = await Promise.all([ask('verdicts?limit=60&' + this.#filter), ask('reviews')]);
            this.#verdicts = verdicts;
            this.#list();
            this.#rates(sources);
        } catch {
            // the page's heading says that the daemon does not answer
        }
    }

    #list() {
        const waiting = this.#verdicts.filter((one) => one.review.state === 'not-verified').length;
        say(this.summary, this.#verdicts.length === 0 ? '' : `${count(this.#verdicts.length)} newest, ${count(waiting)} not verified`);
        const drawn = JSON.stringify(this.#verdicts.map((one) => [one.message.messageId, one.review.state])) + this.#chosen?.message.messageId;
        if (drawn === this.#drawn) {
            return;
        }
        this.#drawn = drawn;
        const focused = document.activeElement?.dataset?.id;
        this.list.replaceChildren(...(this.#verdicts.length > 0 ? this.#verdicts.map((one) => this.#row(one)) : [this.#none()]));
        this.list.querySelector(`[data-id="${CSS.escape(focused ?? '')}"]`)?.focus({preventScroll: true});
    }

    #none() {
        return el('li', {class: 'notice'}, el('h2', {text: 'No verdicts'}), el('p', {text: this.#filter
            ? 'None of the last verdicts is so.'
            : 'A camera whose configuration has parts gives one verdict for each part that passes; none has passed yet.'}));
    }

    #row(one) {
        const {part, grade, defects} = one.message.verdict;
        const id = one.message.messageId;
        return el('li', {},
            el('button', {class: 'verdict', type: 'button', 'data-id': id, 'aria-pressed': String(id === this.#chosen?.message.messageId), on: {click: () => this.#open(one)}},
                el('span', {class: 'chip', 'data-grade': GRADES[grade], text: grade}),
                el('span', {class: 'name', text: part.id}),
                el('span', {class: 'muted', text: counted(defects)}),
                el('span', {class: 'when muted', text: `${WORDS[one.review.state]} · ${day(one.message.publishedAt)}`})));
    }

    #open(one) {
        this.#chosen = one;
        this.#drawn = '';
        this.#list();
        const {part, grade, reasons, defects} = one.message.verdict;
        const map = el('div', {class: 'evidence'});
        const recipe = [part.recipe, part.revision].filter(Boolean).join(' ');
        this.board.replaceChildren(
            el('div', {class: 'heading'}, el('h2', {text: part.id}), el('span', {class: 'chip', 'data-grade': GRADES[grade], text: grade}),
                el('span', {class: 'summary', text: [one.message.sourceName || one.message.sourceId, recipe, day(part.at)].filter(Boolean).join(', ')})),
            ...(reasons.length > 0 ? [el('p', {class: 'reason', text: 'Unknown because of: ' + reasons.join(', ')})] : []),
            map,
            el('ol', {class: 'defects'}, ...(defects.length > 0
                ? defects.map((defect, index) => this.#defect(one, defect.label, defect.confidence, index))
                : [this.#defect(one, 'The whole part', null, null)]),
                ...one.review.missed.map((missed) => el('li', {}, el('span', {class: 'name', text: missed.class}), el('span', {class: 'chip', 'data-grade': 'bad', text: 'missed'})))),
            this.#missed(one));
        this.board.hidden = false;
        this.#map(map, one);
    }

    async #map(map, one) {
        const id = one.evidence[0] ?? null;
        const message = id === null ? null : await ask(`evidence/${id}/message.json`).catch(() => null);
        const size = message?.frame ?? {width: 1600, height: 900};
        const pixels = ({x, y, width, height}) => ({left: (x - width / 2) * size.width, top: (y - height / 2) * size.height, width: width * size.width, height: height * size.height});
        show(map, message === null ? null : id, size, [
            ...one.message.verdict.defects.map((defect, index) => ({kind: one.review.defects[index], text: `${index + 1}`, ...pixels(defect.place)})),
            ...one.review.missed.filter((missed) => missed.place).map((missed) => ({kind: 'missed', text: missed.class, ...pixels(missed.place)})),
        ]);
    }

    #defect(one, name, confidence, index) {
        const now = index === null ? one.review.state : one.review.defects[index];
        return el('li', {},
            el('span', {class: 'name', text: index === null ? name : `${index + 1} ${name}`}),
            confidence === null ? null : el('span', {class: 'muted', text: confidence.toFixed(2)}),
            el('span', {class: 'switches', role: 'group', 'aria-label': `What ${name} is`}, ...STATES
                .filter(([state]) => index !== null || ['defect-confirmed', 'accepted'].includes(state))
                .map(([state, text, meaning]) => el('button', {
                    class: 'plain', type: 'button', text, title: meaning, 'data-state': state, 'aria-pressed': String(now === state),
                    on: {click: () => this.#say(one, 'review', {state: now === state ? 'not-verified' : state, ...(index === null ? {} : {defect: index})})},
                }))));
    }

    #missed(one) {
        const label = el('input', {type: 'text', name: 'class', required: true, maxlength: 100, autocomplete: 'off', placeholder: 'class, e.g. short'});
        return el('form', {class: 'missed', on: {submit: (event) => {
            event.preventDefault();
            this.#say(one, 'missed', {class: label.value.trim()});
        }}}, el('label', {}, el('span', {text: 'A defect was missed'}), label), el('button', {class: 'plain', text: 'Report it'}));
    }

    async #say(one, what, values) {
        try {
            const now = await tell(`verdicts/${one.message.messageId}/${what}?${new URLSearchParams(values)}`);
            this.failure.hidden = true;
            this.#verdicts = this.#verdicts.map((each) => each.message.messageId === now.message.messageId ? now : each);
            this.#open(now);
            this.#ask();
        } catch (failure) {
            this.failure.hidden = false;
            say(this.failure, failure.message === 'signed-out' ? 'This takes the operator’s token: sign in with it.' : `It was not kept: ${failure.message}`);
        }
    }

    #rates(sources) {
        const rows = sources.flatMap(({source, classes}) => classes.map((each) => [source, each]));
        const share = (value) => value === null ? '–' : (100 * value).toFixed(1) + ' %';
        this.rates.hidden = rows.length === 0;
        this.rates.replaceChildren(el('h2', {text: 'How often people disagreed'}),
            el('div', {class: 'panel scroll', tabindex: '0', role: 'region', 'aria-label': 'Rates'}, el('table', {},
                el('thead', {}, el('tr', {}, ...['Camera', 'Class', 'Confirmed', 'False calls', 'Accepted', 'Repaired', 'Missed', 'False-call rate', 'Escape rate'].map((text) => el('th', {scope: 'col', text})))),
                el('tbody', {}, ...rows.map(([source, each]) => el('tr', {},
                    ...[source, each.class, count(each.confirmed), count(each.rejected), count(each.accepted), count(each.repaired), count(each.missed), share(each.falseCallRate), share(each.escapeRate)].map((text) => el('td', {text}))))))));
    }

    close() {
        clearInterval(this.timer);
    }
}
