// Elements and numbers. What comes from the daemon is put into the page as text, never as HTML.

/** An element: attributes by name, `text`, `on` (listeners by event), and its children. */
export function el(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (name === 'text') {
            made.textContent = value;
        } else if (name === 'on') {
            Object.entries(value).forEach(([event, listener]) => made.addEventListener(event, listener));
        } else if (value === true) {
            made.setAttribute(name, '');
        } else if (value !== false && value !== null && value !== undefined) {
            made.setAttribute(name, value);
        }
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
}

/** Sets text only where it differs: screen readers hear what changed, and the browser lays out nothing else. */
export function say(element, text) {
    if (element.textContent !== text) {
        element.textContent = text;
    }
}

const UNKNOWN = '–';
const whole = new Intl.NumberFormat('en');

export function count(value) {
    return value === null || value === undefined ? UNKNOWN : whole.format(value);
}

export function decimal(value, digits, unit) {
    return value === null || value === undefined ? UNKNOWN : value.toFixed(digits) + (unit ? ' ' + unit : '');
}

export function milliseconds(value) {
    return decimal(value, value < 10 ? 1 : 0, 'ms');
}

/** A length of time in its two largest units. */
export function duration(seconds) {
    if (seconds === null || seconds === undefined) {
        return UNKNOWN;
    }
    const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
    const first = units.findIndex(([, length]) => seconds >= length);
    if (first < 0) {
        return seconds.toFixed(1) + ' s';
    }
    let rest = Math.floor(seconds);
    const parts = [];
    for (const [unit, length] of units.slice(first, first + 2)) {
        const units = Math.floor(rest / length);
        rest -= units * length;
        if (units > 0) {
            parts.push(units + ' ' + unit);
        }
    }
    return parts.join(' ');
}

export function clock(ms) {
    return new Date(ms).toLocaleTimeString('en-GB');
}

/** The time of day, and before it the date where that is not today. */
export function day(time) {
    const at = new Date(time);
    const date = at.toDateString() === new Date().toDateString() ? '' : at.toLocaleDateString('en-GB', {day: 'numeric', month: 'short'}) + ' ';
    return date + clock(at);
}

export function bytes(value) {
    if (value < 1024) {
        return value + ' B';
    }
    const power = Math.min(3, Math.floor(Math.log2(value) / 10));
    return (value / 1024 ** power).toFixed(1) + ' ' + ['', 'KiB', 'MiB', 'GiB'][power];
}

/** What people call a source. */
export function title(source) {
    return source.name || source.id;
}

/** How serious a state is: good, waiting or bad. */
export function grade(state) {
    if (state === 'live') {
        return 'good';
    }
    return ['connecting', 'ended', 'stopped', 'paused'].includes(state) ? 'waiting' : 'bad';
}
