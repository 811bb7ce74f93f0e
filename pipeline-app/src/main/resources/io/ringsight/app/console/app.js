// The console: views by the address's fragment, one look at the daemon for all of them.

import {AddView} from './add.js';
import {BoardsView} from './boards.js';
import {CameraView} from './camera.js';
import {Daemon} from './daemon.js';
import {clock, say} from './dom.js';
import {GalleryView} from './gallery.js';
import {GridView} from './grid.js';
import {LivePictures} from './live.js';
import {SystemView} from './system.js';
import {TimelineView} from './timeline.js';
import {ZonesView} from './zones.js';

const THEMES = ['auto', 'light', 'dark'];
const daemon = new Daemon();
const main = document.getElementById('main');
const health = document.getElementById('health');
const outage = document.getElementById('outage');
let view = null;
const live = new LivePictures((picture) => view?.show?.(picture));

function route() {
    const [, name, id] = location.hash.split('/');
    view?.close();
    live.watch([], 0, 0);
    if (name === 'camera') {
        view = new CameraView(daemon, live, decodeURIComponent(id ?? ''));
    } else if (name === 'zones') {
        view = new ZonesView(daemon, live, decodeURIComponent(id ?? ''));
    } else if (name === 'add') {
        view = new AddView(daemon);
    } else if (name === 'boards') {
        view = new BoardsView(daemon);
    } else if (name === 'gallery') {
        view = new GalleryView(daemon);
    } else if (name === 'timeline') {
        view = new TimelineView(daemon);
    } else if (name === 'system') {
        view = new SystemView(daemon);
    } else {
        view = new GridView(daemon, live);
    }
    main.replaceChildren(view.element);
    const current = ['boards', 'gallery', 'timeline', 'system'].includes(name) ? name : 'live';
    document.querySelectorAll('nav a').forEach((link) => {
        if (link.dataset.view === current) {
            link.setAttribute('aria-current', 'page');
        } else {
            link.removeAttribute('aria-current');
        }
    });
    document.title = view.element.querySelector('h1').textContent + ' – Ringsight';
    window.scrollTo(0, 0);
}

function update() {
    const away = daemon.failure !== null;
    document.body.classList.toggle('away', away);
    outage.hidden = !away;
    if (away) {
        say(outage, daemon.failure === 'signed-out'
            ? 'Sign in again: reload this page and give the token as password.'
            : `The daemon does not answer since ${clock(daemon.failedSince)}. What you see is old. Trying again every second.`);
        say(health, 'No answer');
        health.dataset.grade = 'bad';
        return;
    }
    const {ready, reasons, liveSources, sources} = daemon.status;
    health.dataset.grade = sources === 0 ? 'waiting' : ready && liveSources === sources ? 'good' : ready ? 'waiting' : 'bad';
    say(health, sources === 0 ? 'No camera yet' : ready ? (liveSources === sources ? 'All cameras live' : `${sources - liveSources} not looking`) : 'Not ready');
    health.title = reasons.join('\n');
    view.update();
}

function theme(choice) {
    if (choice === 'auto') {
        delete document.documentElement.dataset.theme;
    } else {
        document.documentElement.dataset.theme = choice;
    }
    say(document.getElementById('theme'), 'Colours: ' + choice);
    localStorage.setItem('theme', choice);
    view?.recolour?.();
}

document.getElementById('theme').addEventListener('click', () =>
    theme(THEMES[(THEMES.indexOf(localStorage.getItem('theme') ?? 'auto') + 1) % THEMES.length]));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => view?.recolour?.());
addEventListener('hashchange', () => {
    route();
    main.focus({preventScroll: true});
});
daemon.addEventListener('answer', update);
theme(THEMES.includes(localStorage.getItem('theme')) ? localStorage.getItem('theme') : 'auto');
route();
daemon.start();
