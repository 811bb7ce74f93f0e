// A camera by its address: test it, see it, add it.

import {change} from './daemon.js';
import {decimal, el, say} from './dom.js';

const TRIAL_LIMIT_MS = 60000;

/** An id as the configuration takes it, made of an address; not one that is there. */
export function idOf(uri, taken) {
    const [, scheme, rest] = uri.match(/^([a-z0-9+]+):(?:\/\/)?(?:[^@/]*@)?(.*)$/i) ?? [null, '', uri];
    const host = rest.split(/[/?:#]/).find((part) => part !== '') ?? '';
    const made = (host || scheme).replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 60) || 'camera';
    let id = made;
    for (let number = 2; taken.includes(id); number++) {
        id = `${made}-${number}`;
    }
    return id;
}

function field(text, hint, attributes) {
    const input = el('input', {type: 'text', autocomplete: 'off', spellcheck: 'false', ...attributes});
    return {input, label: el('label', {class: 'field'}, el('span', {text}), input, hint ? el('small', {class: 'muted', text: hint}) : null)};
}

function picture(base64) {
    const jpeg = new Blob([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], {type: 'image/jpeg'});
    const src = URL.createObjectURL(jpeg);
    return el('img', {src, alt: 'First picture of the camera', on: {load: () => URL.revokeObjectURL(src)}});
}

/** The form; `added` is told the id. */
export class AddForm {
    constructor(daemon, added) {
        this.daemon = daemon;
        this.added = added;
        this.uri = field('Address', 'rtsp://10.0.0.7/stream, v4l2:/dev/video0, file:clip.mp4 or synthetic:pcb', {name: 'uri', required: true});
        this.id = field('Id', 'In messages and metrics; it does not change later', {name: 'id', maxlength: 64});
        this.name = field('Name', 'What people call it', {name: 'name', maxlength: 100});
        this.user = field('User', '', {name: 'username'});
        this.password = field('Password', '', {name: 'password', type: 'password', autocomplete: 'new-password'});
        this.save = el('input', {type: 'checkbox', name: 'save', checked: true});
        this.test = el('button', {class: 'plain', type: 'button', text: 'Test', on: {click: () => this.#test()}});
        this.add = el('button', {class: 'plain primary', text: 'Add camera'});
        this.errors = el('ul', {class: 'reason errors', role: 'alert'});
        this.result = el('div', {class: 'trial', role: 'status'});
        this.uri.input.addEventListener('input', () => {
            this.id.input.placeholder = this.uri.input.value === '' ? '' : this.#derived();
            this.result.replaceChildren();
        });
        this.element = el('div', {class: 'add'},
            el('form', {class: 'panel', on: {submit: (event) => this.#add(event)}},
                this.uri.label, el('div', {class: 'pair'}, this.id.label, this.name.label), el('div', {class: 'pair'}, this.user.label, this.password.label),
                el('label', {class: 'check'}, this.save, el('span', {text: 'Keep it in the configuration’s file'})),
                this.errors, el('div', {class: 'switches'}, this.test, this.add)),
            this.result);
    }

    #derived() {
        return idOf(this.uri.input.value.trim(), (this.daemon.sources ?? []).map((source) => source.id));
    }

    #keys() {
        const keys = {id: this.id.input.value.trim() || this.#derived(), uri: this.uri.input.value.trim()};
        for (const [key, {input}] of Object.entries({name: this.name, username: this.user, password: this.password})) {
            if (input.value !== '') {
                keys[key] = input.value;
            }
        }
        return keys;
    }

    #busy(button, text) {
        const before = button.textContent;
        [this.test, this.add].forEach((each) => each.toggleAttribute('disabled', true));
        say(button, text);
        this.errors.replaceChildren();
        return () => {
            [this.test, this.add].forEach((each) => each.toggleAttribute('disabled', false));
            say(button, before);
        };
    }

    #refuse(failure) {
        this.errors.replaceChildren(...failure.messages.map((text) => el('li', {text})));
    }

    async #test() {
        if (!this.uri.input.reportValidity()) {
            return;
        }
        const done = this.#busy(this.test, 'Opening…');
        this.result.replaceChildren();
        try {
            this.#show(await change('POST', 'probe', this.#keys(), TRIAL_LIMIT_MS));
        } catch (failure) {
            this.#refuse(failure);
        } finally {
            done();
        }
    }

    #show(trial) {
        const facts = trial.ok
            ? [`${trial.width} × ${trial.height}`, trial.fps === null ? null : decimal(trial.fps, 1, 'fps'), trial.codec === 'none' ? null : trial.codec].filter(Boolean).join(', ')
            : trial.advice;
        this.result.replaceChildren(
            el('p', {class: 'verdict-line'}, el('span', {class: 'chip', 'data-grade': trial.ok ? 'good' : 'bad', text: trial.ok ? 'It works' : 'No picture'}),
                el('span', {text: trial.ok ? facts : trial.meaning})),
            trial.ok ? picture(trial.picture) : el('p', {class: 'muted', text: facts}));
    }

    async #add(event) {
        event.preventDefault();
        const done = this.#busy(this.add, 'Adding…');
        const keys = this.#keys();
        try {
            await change('POST', 'sources?save=' + this.save.checked, keys);
            await this.daemon.changed();
            this.added(keys.id);
        } catch (failure) {
            this.#refuse(failure);
        } finally {
            done();
        }
    }
}

export class AddView {
    constructor(daemon) {
        this.form = new AddForm(daemon, (id) => {
            location.hash = '#/camera/' + encodeURIComponent(id);
        });
        this.element = el('div', {class: 'view'},
            el('div', {class: 'heading'}, el('a', {class: 'back', href: '#/', text: '← All cameras'}), el('h1', {text: 'Add a camera'})),
            this.form.element);
    }

    update() {
        // what is typed stays
    }

    close() {
        // nothing runs
    }
}
