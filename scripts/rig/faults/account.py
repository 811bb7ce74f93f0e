"""The account of a topic: every frame number of each source and run is delivered, lost or unknown, once and in order.

Made from the records alone (see conf/schema/message.schema.json), by other hands than `ringsight verify`.
"""
import collections
import dataclasses
import json

ENDS = ("ended", "stopped", "unknown")  # after them a run tells nothing more of a source
LATE = ("not-published", "spool-full")  # a sink's own gap messages: they cannot always keep their place
ORDINARY = ("connecting", "stopped")  # gap messages of a start and a stop
BUSY = {"overload": 0.1}  # a machine that does other things beside a row,
STARTING = {"overload": 10}  # and frames of each run while a JVM warms up


@dataclasses.dataclass
class Terms:
    """What a row allows. Everything else is held against the daemon."""

    reasons: tuple = ()  # of gap messages, beside the ordinary ones
    losses: dict = dataclasses.field(default_factory=dict)  # frames lost: reason -> greatest share of all frames
    duplicates: int = 0
    unknown: int = 0  # frames that a gap message of reason unknown names
    late: int = 0  # gap messages of a sink behind their place
    foreign: int = 0  # records that are no messages
    ends: tuple = ()  # reasons for which the daemon gives a source up, beside the ordinary ones
    may_be_open: bool = False  # runs that ended without a word, and none came after them
    least_frames: int = 30


class Run:
    """One source in one run of the daemon."""

    def __init__(self):
        self.delivered, self.lost, self.unknown = set(), set(), set()
        self.last, self.end = {}, None  # the highest frame by partition; reason of the newest message
        self.newest = self.twice = self.overcounted = self.unexplained = self.disorder = self.late = 0

    def add(self, partition, message):
        number, span = message["frameSeq"], range(message["prevFrameSeq"] + 1, message["frameSeq"] + 1)
        frame, reason = message["type"] == "frame", message.get("reason")
        before = self.last.get(partition, 0)
        # a gap of reason unknown vouches for nothing: the spool that says so may know less than was sent from it
        if reason != "unknown" and (number < before or frame and number == before):
            self.late += reason in LATE
            self.disorder += reason not in LATE
        if reason == "unknown" and not span:
            self.unknown.update(range(before + 1, number + 1))
        else:
            self._cover(span, frame, reason, sum(gap["frames"] for gap in message["gaps"]))
        self.last[partition] = max(before, number)
        if number >= self.newest:
            self.newest, self.end = number, reason

    def _cover(self, span, frame, reason, counted):
        told = frame + counted
        self.twice += sum(n in self.delivered or n in self.lost for n in span) + (frame and not span)
        self.overcounted += max(0, told - len(span))
        if frame:
            self.delivered.add(span.stop - 1)
            span = span[:-1]
        self.lost.update(span[:counted] if reason == "unknown" else span)
        if reason == "unknown":
            self.unknown.update(span[counted:])
        else:
            self.unexplained += max(0, len(span) - counted)

    def missing(self):
        """Numbers that nothing tells of."""
        return sorted(set(range(1, self.newest + 1)) - self.delivered - self.lost - self.unknown)

    def unknown_only(self):
        """Numbers named as unknown that no message tells of."""
        return self.unknown - self.delivered - self.lost


def statement(message):
    """What a message says, whenever: one of reason unknown is made again, later, if its own record was damaged."""
    times = ("publishedAt", "since", "until") if message.get("reason") == "unknown" else ()
    return {key: value for key, value in message.items() if key not in times}


class Account:
    """The sum over all sources and runs. `records`: (partition, text) in the order of the topic."""

    def __init__(self, records):
        self.runs = collections.defaultdict(Run)  # (source, epoch)
        self.lost = collections.Counter()  # frames in gaps, by reason
        self.reasons = collections.Counter()  # gap messages, by reason
        self.messages, self.duplicates, self.changed, self.foreign = 0, 0, 0, 0
        self.example = None  # of a message that came again with other contents
        seen = {}
        for partition, text in records:
            message = parsed(text)
            if message is None:
                self.foreign += 1
                continue
            self.messages += 1
            known = seen.setdefault(message["messageId"], message)
            if known is message:
                self._add(partition, message)
            else:
                self.duplicates += 1
                changed = statement(known) != statement(message)
                self.changed += changed
                self.example = self.example or (changed and "%s, then %s" % (known, message))
        self.distinct = len(seen)

    def _add(self, partition, message):
        run = self.runs[message["sourceId"], message["streamEpoch"]]
        run.add(partition, message)
        self.reasons.update([message["reason"]] if message["type"] == "gap" else [])
        for gap in message["gaps"]:
            self.lost[gap["reason"]] += gap["frames"]

    def _sum(self, figure):
        return sum(figure(run) for run in self.runs.values())

    @property
    def epochs(self):
        return len({epoch for _, epoch in self.runs})

    @property
    def frames(self):
        return self._sum(lambda run: len(run.delivered))

    @property
    def unknown(self):
        return self._sum(lambda run: len(run.unknown_only()))

    @property
    def unaccounted(self):
        return self._sum(lambda run: len(run.missing()) + run.unexplained)

    @property
    def disorder(self):
        return self._sum(lambda run: run.disorder)

    def absorb(self, other):
        """Adds the account of another topic."""
        self.runs.update(other.runs)
        self.lost.update(other.lost)
        self.reasons.update(other.reasons)
        for figure in ("messages", "distinct", "duplicates", "changed", "foreign"):
            setattr(self, figure, getattr(self, figure) + getattr(other, figure))

    def delivered(self, source):
        """Frame numbers of a source that have a message, as (epoch, number)."""
        return {(e, n) for (s, e), run in self.runs.items() if s == source for n in run.delivered}

    def problems(self, terms):
        """What of it the terms do not allow, in words."""
        found = [(self.unaccounted, "frames unaccounted: %s" % self._missing()),
                 (self._sum(lambda run: run.twice), "frames told of twice"),
                 (self._sum(lambda run: run.overcounted), "frames counted that lie in no span"),
                 (self.changed, "messages came again with other contents: %s" % self.example),
                 (self.disorder, "messages out of order"),
                 (max(0, self._sum(lambda run: run.late) - terms.late), "gap messages behind their place"),
                 (max(0, self.duplicates - terms.duplicates), "messages twice"),
                 (max(0, self.unknown - terms.unknown), "frames unknown"),
                 (max(0, self.foreign - terms.foreign), "records that are no messages")]
        told = ["%d %s" % item for item in found if item[0]]
        total = self.frames + sum(self.lost.values())
        allowed = {**BUSY, **terms.losses}
        for reason, lost in sorted(self.lost.items()):
            if lost > allowed.get(reason, 0) * total + STARTING.get(reason, 0) * len(self.runs):
                told.append("%d of %d frames lost as %s" % (lost, total, reason))
        named = {*ORDINARY, *terms.reasons, *terms.losses} | ({"unknown"} if terms.unknown else set())
        told += ["%d gap messages of reason %s" % (count, reason) for reason, count in sorted(self.reasons.items())
                 if reason not in named]
        still = ["%s of run %s" % key for key, run in self.runs.items() if run.end not in (*ENDS, *terms.ends)]
        if still and not terms.may_be_open:
            told.append("nothing tells how %s ended" % ", ".join(sorted(still)))
        if self.frames < terms.least_frames:
            told.append("only %d frames were delivered, expected %d at least" % (self.frames, terms.least_frames))
        return told

    def _missing(self):
        return "; ".join("%s %s%s" % (source, run.missing()[:20], " and %d more" % run.unexplained if run.unexplained else "")
                         for (source, _), run in self.runs.items() if run.missing() or run.unexplained)


def parsed(text):
    """The message a record is, or None."""
    try:
        message = json.loads(text)
        numbers = [message["frameSeq"], message["prevFrameSeq"], *(gap["frames"] for gap in message["gaps"])]
        strings = [message["messageId"], message["sourceId"], message["streamEpoch"], *(gap["reason"] for gap in message["gaps"])]
        whole = all(type(n) is int and n >= 0 for n in numbers) and all(isinstance(s, str) for s in strings)
        kind = message["type"]
        return message if whole and (kind == "frame" or kind == "gap" and isinstance(message["reason"], str)) else None
    except (ValueError, KeyError, TypeError):
        return None
