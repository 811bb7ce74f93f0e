// One camera's picture with what was found in it. Picture and boxes are drawn in one go, from one frame.

import {el} from './dom.js';

const TRAIL_MS = 4000;
const DESCRIBE_MS = 2000;
/** Told apart by people who see few colours, too (Okabe and Ito), light enough for dark pictures. */
const COLOURS = ['#56b4e9', '#f0b429', '#2fd39a', '#ff8a5c', '#e58cc3', '#f4e04d', '#8fb8ff', '#c3e88d'];
const ZONE_COLOUR = '#5fe3ff';
const FONT = '600 12px system-ui, sans-serif';

export function colourOf(label) {
    let hash = 0;
    for (const character of label) {
        hash = (hash * 31 + character.codePointAt(0)) >>> 0;
    }
    return COLOURS[hash % COLOURS.length];
}

/** How often each label is there, the most frequent first: [label, number]. */
export function tally(objects) {
    const labels = new Map();
    objects.forEach((object) => labels.set(object.label, (labels.get(object.label) ?? 0) + 1));
    return [...labels].sort((a, b) => b[1] - a[1]);
}

export class CameraPicture {
    shows = {boxes: true, labels: true, trails: true, zones: true};
    latest = null;
    #trails = new Map();
    #next = null;
    #decoding = false;
    #describedAt = 0;

    /** @param terse with short labels, for small pictures */
    constructor(name, terse = false) {
        this.name = name;
        this.terse = terse;
        this.picture = el('canvas', {class: 'picture', 'aria-hidden': 'true'});
        this.overlay = el('canvas', {class: 'overlay', role: 'img', 'aria-label': name + ': no picture yet'});
        this.element = el('div', {class: 'frame'}, this.picture, this.overlay);
        this.zones = [];
        this.lines = [];
        new ResizeObserver(() => this.latest && this.#draw()).observe(this.element);
    }

    /** Shows a picture. One is decoded at a time; of those that come meanwhile the newest is next, the others are left out. */
    async show(picture) {
        this.#next = picture;
        if (this.#decoding) {
            return;
        }
        this.#decoding = true;
        try {
            while (this.#next !== null) {
                const {frameSeq, message, jpeg} = this.#next;
                this.#next = null;
                const bitmap = await createImageBitmap(jpeg).catch(() => null);
                if (bitmap !== null) {
                    this.#take({frameSeq, message, bitmap});
                }
            }
        } finally {
            this.#decoding = false;
        }
    }

    #take(picture) {
        if (this.latest?.frameSeq === picture.frameSeq) {
            picture.bitmap.close();
            return;
        }
        this.latest?.bitmap.close();
        this.latest = picture;
        this.#follow(picture.message);
        requestAnimationFrame(() => this.#draw());
    }

    redraw() {
        if (this.latest) {
            this.#draw();
        }
    }

    /** Where the picture lies in its element, in CSS pixels; all of it while there is none. */
    shown() {
        const [width, height] = [this.element.clientWidth, this.element.clientHeight];
        const {bitmap} = this.latest ?? {bitmap: {width: width || 1, height: height || 1}};
        const scale = Math.min(width / bitmap.width, height / bitmap.height);
        const size = {width: bitmap.width * scale, height: bitmap.height * scale};
        return {...size, left: (width - size.width) / 2, top: (height - size.height) / 2};
    }

    #follow(message) {
        const now = performance.now();
        for (const object of message?.objects ?? []) {
            if (object.trackId) {
                const trail = this.#trails.get(object.trackId) ?? {label: object.trackLabel ?? object.label, points: []};
                const {left, top, width, height} = object.bbox;
                trail.points.push({x: left + width / 2, y: top + height, at: now});
                this.#trails.set(object.trackId, trail);
            }
        }
        for (const [id, trail] of this.#trails) {
            trail.points = trail.points.filter((point) => now - point.at < TRAIL_MS);
            if (trail.points.length === 0) {
                this.#trails.delete(id);
            }
        }
    }

    #draw() {
        const {bitmap, message, frameSeq} = this.latest;
        const ratio = Math.min(window.devicePixelRatio, 2);
        const width = Math.max(1, Math.round(this.element.clientWidth * ratio));
        const height = Math.max(1, Math.round(this.element.clientHeight * ratio));
        for (const canvas of [this.picture, this.overlay]) {
            if (canvas.width !== width || canvas.height !== height) {
                canvas.width = width;
                canvas.height = height;
            }
        }
        const scale = Math.min(width / bitmap.width, height / bitmap.height);
        const shown = {width: bitmap.width * scale, height: bitmap.height * scale};
        shown.left = (width - shown.width) / 2;
        shown.top = (height - shown.height) / 2;
        const picture = this.picture.getContext('2d', {alpha: false});
        picture.fillRect(0, 0, width, height);
        picture.imageSmoothingQuality = 'high';
        picture.drawImage(bitmap, shown.left, shown.top, shown.width, shown.height);
        this.#annotate(message, shown, ratio);
        this.element.dataset.frameSeq = frameSeq;
        this.#describe(message);
    }

    #annotate(message, shown, ratio) {
        const pen = this.overlay.getContext('2d');
        pen.setTransform(1, 0, 0, 1, 0, 0);
        pen.clearRect(0, 0, this.overlay.width, this.overlay.height);
        pen.setTransform(ratio, 0, 0, ratio, shown.left, shown.top);
        const size = {width: shown.width / ratio, height: shown.height / ratio};
        if (this.shows.zones) {
            this.zones.forEach((zone) => drawZone(pen, zone, size));
            this.lines.forEach((line) => drawLine(pen, line, size));
        }
        if (message === null) {
            return;
        }
        const x = size.width / message.frame.width;
        const y = size.height / message.frame.height;
        if (this.shows.trails) {
            this.#trails.forEach((trail) => drawTrail(pen, trail, x, y));
        }
        const objects = this.shows.boxes ? message.objects : [];
        objects.forEach((object) => drawBox(pen, object, x, y));
        if (this.shows.labels) {
            objects.forEach((object) => drawLabel(pen, object, this.terse, x, y, size));
        }
    }

    #describe(message) {
        const now = performance.now();
        if (message !== null && now - this.#describedAt > DESCRIBE_MS) {
            this.#describedAt = now;
            const found = tally(message.objects).map(([label, number]) => `${number} ${label}`).join(', ');
            this.overlay.setAttribute('aria-label', `${this.name}: ${found || 'nothing found'}`);
        }
    }
}

function stroked(pen, colour, width, draw) {
    pen.lineJoin = 'round';
    for (const [style, more] of [['rgba(0, 0, 0, .65)', 2], [colour, 0]]) {
        pen.strokeStyle = style;
        pen.lineWidth = width + more;
        draw();
    }
}

function drawBox(pen, object, x, y) {
    const {left, top, width, height} = object.bbox;
    stroked(pen, colourOf(object.label), 2, () => pen.strokeRect(left * x, top * y, width * x, height * y));
}

function drawLabel(pen, object, terse, x, y, size) {
    const track = object.trackId ? ' #' + object.trackId.split('/t').pop() : '';
    const text = terse ? object.label : `${object.label} ${Math.round(object.confidence * 100)} %${track}`;
    tag(pen, text, colourOf(object.label),
        object.bbox.left * x, object.bbox.top * y, size);
}

/** A small sign above a place, or below where there is no room above. */
function tag(pen, text, colour, left, top, size) {
    pen.font = FONT;
    const width = pen.measureText(text).width + 10;
    const at = Math.max(0, Math.min(left - 1, size.width - width));
    const above = top >= 20 ? top - 20 : top + 2;
    pen.fillStyle = colour;
    pen.beginPath();
    pen.roundRect(at, above, width, 18, 3);
    pen.fill();
    pen.fillStyle = '#0b0f14';
    pen.textBaseline = 'middle';
    pen.fillText(text, at + 5, above + 9.5);
}

function drawTrail(pen, trail, x, y) {
    pen.strokeStyle = colourOf(trail.label);
    pen.lineWidth = 2.5;
    pen.lineCap = 'round';
    const now = performance.now();
    for (let i = 1; i < trail.points.length; i++) {
        pen.globalAlpha = Math.max(0, 1 - (now - trail.points[i].at) / TRAIL_MS);
        pen.beginPath();
        pen.moveTo(trail.points[i - 1].x * x, trail.points[i - 1].y * y);
        pen.lineTo(trail.points[i].x * x, trail.points[i].y * y);
        pen.stroke();
    }
    pen.globalAlpha = 1;
}

function drawZone(pen, zone, size) {
    const path = new Path2D();
    zone.polygon.forEach(([x, y], i) => path[i === 0 ? 'moveTo' : 'lineTo'](x * size.width, y * size.height));
    path.closePath();
    pen.fillStyle = 'rgba(0, 190, 255, .14)';
    pen.fill(path);
    pen.setLineDash([7, 5]);
    stroked(pen, ZONE_COLOUR, 1.5, () => pen.stroke(path));
    pen.setLineDash([]);
    const left = Math.min(...zone.polygon.map(([x]) => x)) * size.width;
    const top = Math.min(...zone.polygon.map(([, y]) => y)) * size.height;
    tag(pen, zone.name, ZONE_COLOUR, left, top, size);
}

/** With an arrow to where forward is: the right hand of who walks from one end to the other. */
function drawLine(pen, line, size) {
    const [x1, y1, x2, y2] =
        [line.from[0] * size.width, line.from[1] * size.height, line.to[0] * size.width, line.to[1] * size.height];
    const length = Math.hypot(x2 - x1, y2 - y1) || 1;
    const [rightX, rightY] = [-(y2 - y1) / length, (x2 - x1) / length];
    const [midX, midY] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const [tipX, tipY] = [midX + rightX * 22, midY + rightY * 22];
    stroked(pen, ZONE_COLOUR, 2, () => {
        pen.beginPath();
        pen.moveTo(x1, y1);
        pen.lineTo(x2, y2);
        pen.moveTo(midX, midY);
        pen.lineTo(tipX, tipY);
        for (const side of [-1, 1]) {
            pen.moveTo(tipX, tipY);
            pen.lineTo(tipX - rightX * 7 + side * rightY * 6, tipY - rightY * 7 - side * rightX * 6);
        }
        pen.stroke();
    });
    tag(pen, line.name, ZONE_COLOUR, x1, y1, size);
}
