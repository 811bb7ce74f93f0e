// Zones and lines of a camera, drawn on its picture by pointer or keyboard.

import {change} from './daemon.js';
import {el, say, title} from './dom.js';
import {pictureWidth, stateNotice} from './grid.js';
import {CameraPicture} from './picture.js';
import {Shapes} from './shapes.js';

const FPS = 10;
const SVG = 'http://www.w3.org/2000/svg';
const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function svg(tag, attributes, ...children) {
    const made = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
}

export class ZonesView {
    #shapes = null;
    #chosen = -1;
    #drag = null;
    #box = null;

    constructor(daemon, live, id) {
        this.daemon = daemon;
        this.live = live;
        this.id = id;
        this.picture = new CameraPicture(title(daemon.source(id) ?? {id}));
        this.picture.shows = {boxes: true, labels: false, trails: false, zones: false};
        this.notice = stateNotice();
        this.canvas = svg('svg', {class: 'editor', role: 'group', 'aria-label': 'Points of zones and lines'});
        this.picture.element.append(this.notice.element, this.canvas);
        this.list = el('ul', {class: 'shapes', 'aria-label': 'Zones and lines'});
        this.undo = el('button', {class: 'plain', type: 'button', text: 'Undo', on: {click: () => this.#undo()}});
        this.save = el('button', {class: 'plain primary', type: 'button', text: 'Save', on: {click: () => this.#save()}});
        this.errors = el('ul', {class: 'reason errors', role: 'alert'});
        this.said = el('p', {class: 'muted', role: 'status'});
        this.hint = el('p', {class: 'muted', text: 'Drag a point, or choose it with Tab and move it with the arrow keys (Shift: finer). The small points between make a new one; Delete takes one away.'});
        this.element = el('div', {class: 'view'},
            el('div', {class: 'heading'}, el('a', {class: 'back', href: '#/camera/' + encodeURIComponent(id), text: '← Camera'}), el('h1', {text: 'Zones and lines'}), el('p', {class: 'summary', text: title(daemon.source(id) ?? {id})})),
            el('div', {class: 'camera'},
                el('section', {class: 'stage', 'aria-label': 'Picture'}, this.picture.element, this.hint),
                el('aside', {class: 'side', 'aria-label': 'What is drawn'},
                    el('div', {class: 'switches first'},
                        el('button', {class: 'plain', type: 'button', text: 'Add zone', on: {click: () => this.#add('zone')}}),
                        el('button', {class: 'plain', type: 'button', text: 'Add line', on: {click: () => this.#add('line')}})),
                    this.list, this.errors, el('div', {class: 'switches'}, this.undo, this.save), this.said)));
        this.#listen();
        this.resized = new ResizeObserver(() => {
            this.live.watch([this.id], pictureWidth(this.picture.element.clientWidth), FPS);
            this.#draw();
        });
        this.resized.observe(this.picture.element);
        this.update();
    }

    #listen() {
        this.canvas.addEventListener('pointerdown', (event) => {
            const [shape, point, between] = this.#at(event.target);
            if (shape === null) {
                return;
            }
            if (between) {
                this.#shapes.insert(shape, point);
            } else {
                this.#shapes.begin();
            }
            this.#drag = {shape, point: between ? point + 1 : point};
            this.#chosen = shape;
            this.canvas.setPointerCapture(event.pointerId);
            event.preventDefault();
            this.#all(`${shape}/${this.#drag.point}`);
        });
        this.canvas.addEventListener('pointermove', (event) => {
            if (this.#drag !== null) {
                const at = this.canvas.getBoundingClientRect();
                this.#shapes.move(this.#drag.shape, this.#drag.point, [(event.clientX - at.left) / at.width, (event.clientY - at.top) / at.height]);
                this.#draw(`${this.#drag.shape}/${this.#drag.point}`);
            }
        });
        ['pointerup', 'pointercancel'].forEach((name) => this.canvas.addEventListener(name, () => {
            this.#drag = null;
        }));
        this.canvas.addEventListener('keydown', (event) => this.#key(event));
        this.element.addEventListener('keydown', (event) => {
            if (event.key === 'z' && (event.ctrlKey || event.metaKey) && event.target.tagName !== 'INPUT' && this.#shapes?.canUndo) {
                event.preventDefault();
                this.#undo();
            }
        });
    }

    #at(target) {
        const key = target.dataset?.key;
        if (key === undefined) {
            return [null, null, false];
        }
        const [shape, point, between] = key.split('/');
        return [Number(shape), Number(point), between !== undefined];
    }

    #key(event) {
        const [shape, point, between] = this.#at(event.target);
        if (shape === null) {
            return;
        }
        if (STEPS[event.key] && !between) {
            const step = event.shiftKey ? .001 : .01;
            const [x, y] = this.#shapes.all[shape].points[point];
            const [right, down] = STEPS[event.key];
            this.#shapes.begin();
            this.#shapes.move(shape, point, [x + right * step, y + down * step]);
        } else if (between && (event.key === 'Enter' || event.key === ' ')) {
            this.#shapes.insert(shape, point);
            event.preventDefault();
            this.#all(`${shape}/${point + 1}`);
            return;
        } else if ((event.key === 'Delete' || event.key === 'Backspace') && !between) {
            this.#shapes.removePoint(shape, point);
        } else {
            return;
        }
        event.preventDefault();
        this.#chosen = shape;
        this.#all(`${shape}/${Math.min(point, this.#shapes.all[shape].points.length - 1)}`);
    }

    #add(kind) {
        if (this.#shapes === null) {
            return;
        }
        this.#chosen = this.#shapes.add(kind);
        this.#all();
        this.list.querySelector(`[data-index="${this.#chosen}"] input`).select();
    }

    #undo() {
        this.#shapes.undo();
        this.#chosen = -1;
        this.#all();
    }

    async #save() {
        if (this.#shapes === null) {
            return;
        }
        this.save.disabled = true;
        this.errors.replaceChildren();
        say(this.said, 'Saving…');
        const keys = this.#shapes.keys();
        if (keys.lines !== null && !this.daemon.configuration.get(this.id)?.tracking) {
            keys.tracking = {enabled: true};
        }
        try {
            await change('PATCH', `sources/${encodeURIComponent(this.id)}?save=true`, keys);
            await this.daemon.changed();
            say(this.said, 'Saved; the camera was opened again with them.');
        } catch (failure) {
            say(this.said, '');
            this.errors.replaceChildren(...failure.messages.map((text) => el('li', {text})));
        } finally {
            this.save.disabled = false;
        }
    }

    update() {
        const source = this.daemon.source(this.id);
        const configured = this.daemon.configuration.get(this.id);
        if (source !== undefined) {
            this.notice.update(source);
        }
        if (this.#shapes === null && configured !== undefined) {
            this.#shapes = new Shapes(configured.zones, configured.lines);
            this.#all();
        }
    }

    #all(focused) {
        say(this.said, '');
        this.list.replaceChildren(...(this.#shapes.all.length > 0 ? this.#shapes.all.map((shape, index) => this.#row(shape, index)) : [el('li', {class: 'muted', text: 'Nothing is drawn yet.'})]));
        this.#draw(focused);
    }

    #row(shape, index) {
        const name = el('input', {type: 'text', value: shape.name, maxlength: 100, 'aria-label': `Name of this ${shape.kind}`, on: {
            focus: () => this.#choose(index),
            change: (event) => {
                this.#shapes.rename(index, event.target.value.trim());
                this.#draw();
            },
        }});
        return el('li', {'data-index': index, 'data-kind': shape.kind}, name,
            shape.kind === 'line' ? el('button', {class: 'plain', type: 'button', text: 'Turn', title: 'The arrow points to where forward is', on: {click: () => {
                this.#shapes.turn(index);
                this.#all();
            }}}) : null,
            el('button', {class: 'plain', type: 'button', text: 'Delete', 'aria-label': `Delete ${shape.name}`, on: {click: () => {
                this.#shapes.remove(index);
                this.#all();
            }}}));
    }

    #choose(index) {
        this.#chosen = index;
        this.#draw();
    }

    #draw(focused) {
        this.undo.disabled = !this.#shapes?.canUndo;
        this.#box = this.picture.shown();
        const {left, top, width, height} = this.#box;
        Object.entries({left, top, width, height}).forEach(([side, px]) => {
            this.canvas.style[side] = px + 'px';
        });
        this.canvas.setAttribute('viewBox', `0 0 ${width} ${height}`);
        const keep = focused ?? (this.canvas.contains(document.activeElement) ? document.activeElement.dataset.key : undefined);
        this.canvas.replaceChildren(...(this.#shapes?.all ?? []).map((shape, index) => this.#drawn(shape, index, width, height)));
        if (keep !== undefined) {
            this.canvas.querySelector(`[data-key="${keep}"]`)?.focus({preventScroll: true});
        }
    }

    #drawn(shape, index, width, height) {
        const points = shape.points.map(([x, y]) => [x * width, y * height]);
        const isZone = shape.kind === 'zone';
        const edges = isZone ? points : points.slice(0, -1);
        return svg('g', {class: 'shape', 'data-kind': shape.kind, 'data-chosen': index === this.#chosen},
            isZone ? svg('polygon', {points: points.join(' ')}) : svg('path', {d: arrow(points)}),
            text(shape.name, points),
            ...(isZone ? edges.map(([x, y], i) => {
                const [nextX, nextY] = points[(i + 1) % points.length];
                return dot('between', `${index}/${i}/between`, (x + nextX) / 2, (y + nextY) / 2, 5, `New point of ${shape.name} behind point ${i + 1}`);
            }) : []),
            ...points.map(([x, y], i) => dot('point', `${index}/${i}`, x, y, 8, `${shape.name}, ${isZone ? 'point ' + (i + 1) : ['start', 'end'][i]}`)));
    }

    show(picture) {
        if (picture.source === this.id) {
            this.picture.show(picture);
            const box = this.picture.shown();
            if (this.#drag === null && (box.width !== this.#box?.width || box.height !== this.#box?.height)) {
                this.#draw();
            }
        }
    }

    close() {
        this.resized.disconnect();
    }
}

function dot(kind, key, x, y, r, label) {
    return svg('circle', {class: kind, 'data-key': key, cx: x, cy: y, r, tabindex: 0, role: 'button', 'aria-label': label});
}

function text(name, points) {
    const label = svg('text', {x: Math.min(...points.map(([x]) => x)) + 4, y: Math.max(16, Math.min(...points.map(([, y]) => y)) - 12)});
    label.textContent = name;
    return label;
}

/** The line, and in its middle an arrow to its right hand: there is forward. */
function arrow([[x1, y1], [x2, y2]]) {
    const length = Math.hypot(x2 - x1, y2 - y1) || 1;
    const [rightX, rightY] = [-(y2 - y1) / length, (x2 - x1) / length];
    const [midX, midY] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const [tipX, tipY] = [midX + rightX * 30, midY + rightY * 30];
    const side = (sign) => `${tipX - rightX * 10 + sign * rightY * 8} ${tipY - rightY * 10 - sign * rightX * 8}`;
    return `M${x1} ${y1}L${x2} ${y2}M${midX} ${midY}L${tipX} ${tipY}M${side(1)}L${tipX} ${tipY}L${side(-1)}`;
}
