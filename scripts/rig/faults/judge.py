"""Who says what is in a topic and when it came: kcat, and `ringsight verify`, which must agree. See account.py for the sum."""
import collections
import contextlib
import json
import subprocess
import threading
import time

from parts import Failed, expect, shell


class Pulse(threading.Thread):
    """How late this machine wakes a process that is due: what a busy machine adds to a deadline is no fault of the daemon."""
    TICK_S = 0.02
    HOPS = 4  # between the fault and its message: camera thread, producer, broker, kcat
    MOST_S = 2.0

    def __init__(self):
        super().__init__(daemon=True)
        self.late = collections.deque(maxlen=100000)  # (when, seconds late), of half an hour
        self.granted = 0.0  # seconds by which a limit was passed and this machine was to blame; the row's remark says so
        self.start()

    def run(self):
        while True:
            due = time.time() + self.TICK_S
            time.sleep(self.TICK_S)
            self.late.append((time.time(), time.time() - due))

    def since(self, at):
        """Seconds a message may be later than on an idle machine, by what was seen since a time."""
        return min(self.MOST_S, self.HOPS * max((late for when, late in list(self.late) if when > at), default=0.0))

    def p99_ms(self, begin, end):
        """How late it was within a span, but for the worst hundredth."""
        late = sorted(late for when, late in list(self.late) if begin <= when <= end)
        return 1000 * late[int(len(late) * 0.99)] if late else 0.0


PULSE = Pulse()


class Watch(threading.Thread):
    """Reads a topic with kcat while it grows; each message with the time it came, by this process's clock."""

    def __init__(self, broker, topic, inside=(), options=()):
        super().__init__(daemon=True)
        self.messages = []  # (arrival, message)
        self.changed = threading.Condition()
        # a smaller wait: kcat itself must not be what is late
        self.command = [*inside, "kcat", "-C", "-E", "-b", broker, "-t", topic, "-q", "-u", "-f", "%s\n",
                        "-X", "fetch.wait.max.ms=50", "-X", "reconnect.backoff.max.ms=500", *options, "-o"]
        self.closed, self.kcat = False, None
        self.start()

    def run(self):
        records = 0
        while not self.closed:  # kcat may end with its broker: the topic has one partition, go on where it stopped
            self.kcat = subprocess.Popen(self.command + [str(records)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, text=True)
            for line in self.kcat.stdout:
                at, records = time.time(), records + 1
                with contextlib.suppress(ValueError, KeyError, TypeError):  # another program's record is for verify to count
                    message = json.loads(line)
                    message["sourceId"], message["type"]
                    with self.changed:
                        self.messages.append((at, message))
                        self.changed.notify_all()
            self.kcat.wait()
            time.sleep(0.2)

    def first(self, what, after, within, accept):
        """Arrival and message of the first one accepted that came after a time; Failed when there is none in time."""
        end, at = after + within, 0
        with self.changed:
            while True:
                for arrival, message in self.messages[at:]:
                    if arrival > after and accept(message):
                        late = PULSE.since(after) if arrival > end else 0
                        expect(arrival <= end + late, "%s came after %.2f s, expected within %.2f s (and %.2f s for a busy machine)"
                               % (what, arrival - after, within, late))
                        PULSE.granted = max(PULSE.granted, arrival - end)
                        return arrival, message
                at = len(self.messages)
                # a second more than it may take: a late answer says more than none
                left = end + 1 + min(within, 5) + Pulse.MOST_S - time.time()
                if left <= 0:
                    raise Failed("no %s within %.2f s; last messages: %s" % (what, within, self.tail()))
                self.changed.wait(left)

    def tail(self):
        return [(m["sourceId"], m["type"], m.get("reason"), m["frameSeq"]) for _, m in self.messages[-4:]]

    def gap(self, source, reasons, after, within):
        """When a gap message of one of these reasons came."""
        reasons = [reasons] if isinstance(reasons, str) else reasons
        return self.first("gap %s of %s" % ("/".join(reasons), source), after, within,
                          lambda m: m["type"] == "gap" and m["sourceId"] == source and m["reason"] in reasons)[0]

    def frame(self, source, after, within, accept=lambda m: True):
        """When a frame came."""
        return self.first("frame of " + source, after, within,
                          lambda m: m["type"] == "frame" and m["sourceId"] == source and accept(m))[0]

    def of(self, source, since=0.0, until=float("inf"), kind="frame"):
        with self.changed:
            return [(at, m) for at, m in self.messages
                    if m["sourceId"] == source and m["type"] == kind and since <= at <= until]

    def frames(self):
        with self.changed:
            return sum(m["type"] == "frame" for _, m in self.messages)

    def undisturbed(self, source, since, longest_s=2.0):
        """No gap message and no long silence of a source that had no fault."""
        gaps = [m["reason"] for _, m in self.of(source, since, kind="gap") if m["reason"] != "stopped"]
        expect(not gaps, "%s had no fault, but has gaps %s" % (source, gaps))
        times = [since] + [at for at, _ in self.of(source, since)]
        longest = max(b - a for a, b in zip(times, times[1:] + [time.time()]))
        expect(longest <= longest_s, "%s had no fault, but was silent for %.1f s" % (source, longest))

    def close(self):
        self.closed = True
        while self.is_alive():
            if self.kcat:
                self.kcat.kill()
            self.join(0.5)


def read_topic(broker, topic, inside=(), options=()):
    """All records of a topic as (partition, text), each partition in its order, by kcat."""
    said = shell(*inside, "kcat", "-C", "-b", broker, "-t", topic, "-e", "-q", "-o", "beginning", "-f", "%p\t%s\n", *options)
    return [(int(partition), text) for partition, _, text in (line.partition("\t") for line in said.split("\n") if line)]


def verify(program, broker, topic, inside=(), options=()):
    """Exit status and findings of `ringsight verify --json`."""
    done = subprocess.run([*inside, *program.command("verify", "--bootstrap", broker, "--topic", topic, "--json", *options)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        raise Failed("verify gave no JSON (exit %d): %s" % (done.returncode, done.stderr[-400:])) from None
