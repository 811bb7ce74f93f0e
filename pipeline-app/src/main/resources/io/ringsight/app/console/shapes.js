// Zones and lines as they are drawn: what a change makes of them, and the way back. Places are fractions of the picture.

const MIN_CORNERS = 3;
const DIGITS = 4;

const clamp = (value) => Math.min(1, Math.max(0, value));
const round = (value) => Number(value.toFixed(DIGITS));
/** Of what nobody moved every digit stays that a person writes. */
const exact = (value) => Number(value.toFixed(6));

export class Shapes {
    #undo = [];

    constructor(zones, lines) {
        this.all = [
            ...zones.map((zone) => ({kind: 'zone', name: zone.name, points: zone.polygon.map((point) => [...point]), metres: zone.metres, more: {stoppedMs: zone.stoppedMs}})),
            ...lines.map((line) => ({kind: 'line', name: line.name, points: [[...line.from], [...line.to]], metres: line.metres, more: {oneWay: line.oneWay}})),
        ];
    }

    get canUndo() {
        return this.#undo.length > 0;
    }

    /** What follows is one step of undo. */
    begin() {
        this.#undo.push(JSON.stringify(this.all));
    }

    undo() {
        this.all = JSON.parse(this.#undo.pop());
    }

    add(kind) {
        this.begin();
        let number = 1;
        while (this.all.some((shape) => shape.name === `${kind} ${number}`)) {
            number++;
        }
        const points = kind === 'zone' ? [[.35, .35], [.65, .35], [.65, .65], [.35, .65]] : [[.3, .5], [.7, .5]];
        this.all.push({kind, name: `${kind} ${number}`, points, more: {}});
        return this.all.length - 1;
    }

    remove(index) {
        this.begin();
        this.all.splice(index, 1);
    }

    move(index, point, [x, y]) {
        this.all[index].points[point] = [round(clamp(x)), round(clamp(y))];
        this.all[index].metres = null;
    }

    insert(index, after) {
        this.begin();
        const {points} = this.all[index];
        this.all[index].metres = null;
        const [[x1, y1], [x2, y2]] = [points[after], points[(after + 1) % points.length]];
        points.splice(after + 1, 0, [round((x1 + x2) / 2), round((y1 + y2) / 2)]);
    }

    removePoint(index, point) {
        const shape = this.all[index];
        if (shape.kind === 'zone' && shape.points.length > MIN_CORNERS) {
            this.begin();
            shape.points.splice(point, 1);
            shape.metres = null;
        }
    }

    turn(index) {
        this.begin();
        const shape = this.all[index];
        shape.points.reverse();
        shape.metres = shape.metres ? shape.metres.trim().split(/\s+/).reverse().join(' ') : null;
    }

    rename(index, name) {
        if (this.all[index].name !== name) {
            this.begin();
            this.all[index].name = name;
        }
    }

    /** As the configuration has them: metres of what was not moved, and what it says beyond their places, stay. */
    keys() {
        const text = (point) => point.map((value) => exact(clamp(value))).join(',');
        const zones = this.all.filter((shape) => shape.kind === 'zone').map(({name, points, metres, more}) =>
            ({name, ...(metres ? {metres} : {polygon: points.map(text).join(' ')}), ...(more.stoppedMs > 0 ? more : {})}));
        const lines = this.all.filter((shape) => shape.kind === 'line').map(({name, points: [from, to], metres, more}) =>
            ({name, ...(metres ? {metres} : {from: text(from), to: text(to)}), ...(more.oneWay && more.oneWay !== 'no' ? more : {})}));
        return {zones: zones.length > 0 ? zones : null, lines: lines.length > 0 ? lines : null};
    }
}
