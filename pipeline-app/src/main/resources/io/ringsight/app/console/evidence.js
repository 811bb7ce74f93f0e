// A kept picture with outlines of what was found in it.

import {ask} from './daemon.js';
import {el} from './dom.js';

const SVG = 'http://www.w3.org/2000/svg';

function box(kind, text, {left, top, width, height}, size) {
    const group = document.createElementNS(SVG, 'g');
    group.setAttribute('class', 'outline');
    group.setAttribute('data-kind', kind);
    const rect = document.createElementNS(SVG, 'rect');
    const margin = size / 160;
    Object.entries({x: left - margin, y: top - margin, width: width + 2 * margin, height: height + 2 * margin})
        .forEach(([name, value]) => rect.setAttribute(name, value));
    const label = document.createElementNS(SVG, 'text');
    const high = size / 42;
    label.setAttribute('x', left - margin);
    label.setAttribute('y', top - 2 * margin > high ? top - 2 * margin : top + height + 2 * margin + high);
    label.setAttribute('font-size', high);
    label.textContent = text;
    group.append(rect, label);
    return group;
}

/** Shows a picture `size` pixels large with boxes in pixels, each `{kind, text, left, top, width, height}`. */
export function show(place, id, size, boxes) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
    svg.setAttribute('aria-hidden', 'true');
    svg.append(...boxes.map((each) => box(each.kind, each.text, each, size.width)));
    const alt = boxes.length === 0 ? 'Picture without objects' : 'Picture with ' + boxes.map((each) => each.text).join(', ');
    place.replaceChildren(...(id === null
        ? [el('p', {class: 'no-picture', text: 'No picture of it was kept'})]
        : [el('img', {src: `/api/v1/evidence/${id}/picture.jpg`, alt})]), svg);
    place.classList.toggle('map', id === null);
}

/** Shows a picture with the objects of its message; those that matter stand out. */
export async function outline(place, id, matter) {
    const message = await ask(`evidence/${id}/message.json`);
    show(place, id, message.frame, message.objects.map((object, index) => ({
        kind: matter.includes(index) ? 'matters' : 'other',
        text: `${object.label} ${object.confidence.toFixed(2)}`,
        ...object.bbox,
    })));
}
