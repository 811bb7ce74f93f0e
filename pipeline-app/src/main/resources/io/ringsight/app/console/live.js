// Live pictures of all cameras that are looked at, in one response of the daemon: each picture is a part of its own, behind
// the message of the same frame.

const SILENCE_MS = 9000;
const AGAIN_MS = [500, 1000, 2000, 5000];
const decoder = new TextDecoder();

/** Bytes that came and are not read yet. */
class Incoming {
    #bytes = new Uint8Array(1 << 16);
    #from = 0;
    #to = 0;

    add(chunk) {
        if (this.#to + chunk.length > this.#bytes.length) {
            const held = this.#to - this.#from;
            const room = held + chunk.length > this.#bytes.length ? new Uint8Array(2 * (held + chunk.length)) : this.#bytes;
            room.set(this.#bytes.subarray(this.#from, this.#to));
            this.#bytes = room;
            this.#from = 0;
            this.#to = held;
        }
        this.#bytes.set(chunk, this.#to);
        this.#to += chunk.length;
    }

    /** The next whole part, or null. */
    part() {
        const end = this.#endOfHead();
        if (end < 0) {
            return null;
        }
        const head = decoder.decode(this.#bytes.subarray(this.#from, end));
        const headers = new Map(head.split('\r\n').filter((line) => line.includes(': ')).map((line) => {
            const colon = line.indexOf(': ');
            return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
        }));
        const length = Number(headers.get('content-length'));
        if (this.#to - end - 4 < length) {
            return null;
        }
        const body = this.#bytes.slice(end + 4, end + 4 + length);
        this.#from = end + 4 + length;
        return {headers, body};
    }

    #endOfHead() {
        const bytes = this.#bytes;
        let from = this.#from;
        while (from < this.#to && (bytes[from] === 13 || bytes[from] === 10)) {
            from++;
        }
        for (let i = from; i + 3 < this.#to; i++) {
            if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) {
                return i;
            }
        }
        return -1;
    }
}

/** One stream; `show` gets each picture as {source, frameSeq, message, jpeg}. */
export class LivePictures {
    #show;
    #wanted = '';
    #abort = null;
    #tries = 0;

    constructor(show) {
        this.#show = show;
        document.addEventListener('visibilitychange', () => this.#restart());
    }

    /** These cameras from now on, at most so wide and so often; none ends the stream. */
    watch(ids, width, fps) {
        const wanted = ids.length === 0 ? '' : `live?sources=${ids.map(encodeURIComponent).join()}&width=${width}&fps=${fps}`;
        if (wanted !== this.#wanted) {
            this.#wanted = wanted;
            this.#tries = 0;
            this.#restart();
        }
    }

    #restart() {
        clearTimeout(this.again);
        this.#abort?.abort();
        this.#abort = null;
        if (this.#wanted !== '' && !document.hidden) {
            this.#run(this.#wanted, this.#abort = new AbortController());
        }
    }

    async #run(wanted, abort) {
        try {
            const answer = await fetch('/api/v1/' + wanted, {signal: abort.signal});
            if (answer.ok) {
                await this.#read(answer.body.getReader(), abort);
            }
        } catch (ended) {
            // by us, or by the daemon: tried again below if it is wanted still
        }
        if (!abort.signal.aborted || abort.signal.reason === 'silence') {
            const waitMs = AGAIN_MS[Math.min(this.#tries++, AGAIN_MS.length - 1)];
            this.again = setTimeout(() => this.#restart(), waitMs);
        }
    }

    async #read(reader, abort) {
        const incoming = new Incoming();
        let message = null;
        for (;;) {
            const silence = setTimeout(() => abort.abort('silence'), SILENCE_MS);
            const {done, value} = await reader.read();
            clearTimeout(silence);
            if (done) {
                return;
            }
            this.#tries = 0;
            incoming.add(value);
            for (let part = incoming.part(); part !== null; part = incoming.part()) {
                if (part.headers.get('content-type') === 'application/json') {
                    message = JSON.parse(decoder.decode(part.body));
                } else {
                    this.#picture(part, message);
                    message = null;
                }
            }
        }
    }

    #picture({headers, body}, message) {
        const frameSeq = Number(headers.get('ringsight-frame-seq'));
        this.#show({
            source: headers.get('ringsight-source'),
            frameSeq,
            message: message?.frameSeq === frameSeq ? message : null,
            jpeg: new Blob([body], {type: 'image/jpeg'}),
        });
    }
}
