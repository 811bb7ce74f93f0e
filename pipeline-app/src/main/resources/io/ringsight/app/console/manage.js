// What an operator does with a camera: pause, resume, remove, edit its zones.

import {change} from './daemon.js';
import {el, say, title} from './dom.js';

export class Manage {
    #paused = false;

    constructor(daemon, id) {
        this.daemon = daemon;
        this.path = 'sources/' + encodeURIComponent(id);
        this.pause = el('button', {class: 'plain', type: 'button', text: 'Pause', on: {click: () => this.#do('POST', this.#paused ? '/resume' : '/pause')}});
        this.failure = el('p', {class: 'reason', role: 'alert', hidden: true});
        this.question = el('p');
        this.dialog = el('dialog', {class: 'lightbox ask', 'aria-label': 'Remove the camera'},
            this.question,
            el('p', {class: 'muted', text: 'It is removed from the configuration’s file, too. What was published stays.'}),
            el('div', {class: 'switches'},
                el('button', {class: 'plain', type: 'button', text: 'Keep it', on: {click: () => this.dialog.close()}}),
                el('button', {class: 'plain danger', type: 'button', text: 'Remove', on: {click: () => this.#remove()}})));
        this.element = el('div', {},
            el('div', {class: 'switches'},
                el('a', {class: 'plain', href: `#/zones/${encodeURIComponent(id)}`, text: 'Zones and lines'}),
                this.pause,
                el('button', {class: 'plain danger', type: 'button', text: 'Remove…', on: {click: () => this.dialog.showModal()}})),
            this.failure, this.dialog);
    }

    update(source) {
        this.#paused = source.state === 'paused';
        say(this.pause, this.#paused ? 'Resume' : 'Pause');
        say(this.question, `Remove ${title(source)}?`);
    }

    async #do(method, what) {
        this.pause.disabled = true;
        try {
            await change(method, `${this.path}${what}?save=true`);
            this.failure.hidden = true;
            await this.daemon.changed();
            return true;
        } catch (failure) {
            this.failure.hidden = false;
            say(this.failure, failure.messages.join(' '));
            return false;
        } finally {
            this.pause.disabled = false;
        }
    }

    async #remove() {
        this.dialog.close();
        if (await this.#do('DELETE', '')) {
            location.hash = '#/';
        }
    }
}
