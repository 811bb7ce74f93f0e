// Plots over time. Colours are the page's, so plots follow light and dark.

import {el} from './dom.js';

const HEIGHT = 190;

function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A plot: `lines` are {label, colour (a CSS variable), fill, unit}. */
export class Plot {
    #data;
    #plot = null;

    constructor(heading, summary, lines, unit) {
        this.lines = lines;
        this.unit = unit;
        this.body = el('div', {class: 'plot-body'});
        this.summary = el('p', {class: 'plot-summary'});
        this.explain = summary;
        this.element = el('figure', {class: 'plot'},
            el('figcaption', {}, el('h3', {text: heading}), this.summary), this.body);
        this.resized = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
        this.resized.observe(this.body);
    }

    /** Times in seconds since 1970, and a list of values for each line; null for unknown. */
    update(data) {
        this.#data = data;
        this.summary.textContent = this.explain(data);
        if (data[0].length < 2) {
            return;
        }
        if (this.#plot === null) {
            this.#make();
        } else {
            this.#plot.setData(data);
        }
    }

    recolour() {
        this.#plot?.destroy();
        this.#plot = null;
        if (this.#data?.[0].length >= 2) {
            this.#make();
        }
    }

    #size() {
        return {width: Math.max(200, this.body.clientWidth), height: HEIGHT};
    }

    #make() {
        const axis = {stroke: colour('--muted'), grid: {stroke: colour('--grid'), width: 1}, ticks: {show: false}, font: '12px system-ui, sans-serif'};
        this.#plot = new window.uPlot({
            ...this.#size(),
            cursor: {points: {size: 6}, y: false},
            scales: {y: {range: (plot, min, max) => [0, Math.max(max * 1.1, 1)]}},
            axes: [
                {...axis, values: [[60, '{HH}:{mm}', null, null, null, null, null, null, 1], [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1]], space: 80},
                {...axis, size: 56, values: (plot, ticks) => ticks.map((tick) => `${tick} ${this.unit}`)},
            ],
            series: [
                {value: '{HH}:{mm}:{ss}', label: 'Time'},
                ...this.lines.map((line) => ({
                    label: line.label,
                    stroke: colour(line.colour),
                    width: 2,
                    dash: line.dash,
                    fill: line.fill ? colour(line.colour) + '2e' : undefined,
                    points: {show: false},
                    value: (plot, value) => (value === null || value === undefined ? '–' : `${value.toFixed(1)} ${this.unit}`),
                })),
            ],
        }, this.#data, this.body);
    }

    close() {
        this.resized.disconnect();
        this.#plot?.destroy();
    }
}
