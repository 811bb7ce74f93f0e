"""What a consumer who trusts nobody makes of a topic's records: sets of frame numbers, and each rule that is broken.

Written apart from `ringsight verify`, so that the two can be held against each other.
"""
import collections
import json

from account import statement

LAST_WORDS = ("stopped", "ended")  # a source gives nothing more in this run, as somebody wanted it
FIELDS = {"type": str, "messageId": str, "sourceId": str, "streamEpoch": str, "frameSeq": int, "prevFrameSeq": int, "gaps": list}

Record = collections.namedtuple("Record", "partition key value")  # in the order of each partition


class Chain:
    """A source in one run of the daemon."""

    def __init__(self):
        self.published, self.lost = set(), set()
        self.named = []  # (first, last): nobody knows what became of them, and a message says so
        self.last_by_partition = {}
        self.final_by_partition = {}  # the reason of the newest message, None for a frame's
        self.words = []  # (frameSeq, reason) of its gap messages
        self.tells_crash = self.tells_damage = False

    @property
    def covered(self):
        return self.published | self.lost

    @property
    def unknown(self):
        return {n for first, last in self.named for n in range(first, last + 1)} - self.covered

    @property
    def last(self):
        return max([0, *self.covered, *(last for _, last in self.named)])

    @property
    def missing(self):
        return set(range(1, self.last + 1)) - self.covered - self.unknown

    @property
    def is_over(self):
        """Whether somebody says that nothing more comes: the run itself, or the next one for it."""
        last = self.last
        # a spool whose record of the end was damaged may know of fewer frames than were sent from it
        return self.tells_crash or "unknown" in self.final_by_partition.values() or any(
            seq >= last and (reason in LAST_WORDS or reason == "unknown") for seq, reason in self.words)


class Ledger:
    """The account of records; `violations` has a sentence for each rule that does not hold."""

    def __init__(self, records):
        self.chains = collections.OrderedDict()  # (source, epoch) -> Chain
        self.violations, self.duplicates, self.records = [], 0, 0
        self.turns = collections.defaultdict(list)  # (partition, source) -> epochs in the order of their new messages
        self._values = {}  # messageId -> message
        for record in records:
            self.records += 1
            self._add(record)
        for (source, epoch), chain in self.chains.items():
            if chain.missing:
                self._wrong(source, epoch, "frames in no message, no gap and no unknown span: " + spans(chain.missing))

    def _wrong(self, source, epoch, text):
        self.violations.append("%s/%s: %s" % (source, epoch, text))

    def _add(self, record):
        message = parse(record.value)
        if message is None:
            self.violations.append("a record that is no message: %.80r" % record.value)
            return
        source, epoch, name = message["sourceId"], message["streamEpoch"], message["messageId"]
        if record.key != source:
            self._wrong(source, epoch, "%s has the key %.80r" % (name, record.key))
        if name in self._values:
            self.duplicates += 1
            if statement(self._values[name]) != statement(message):
                self._wrong(source, epoch, "%s came twice with different content" % name)
            return
        self._values[name] = message
        chain = self.chains.setdefault((source, epoch), Chain())
        self._judge_order(chain, message, record.partition)
        self._cover(chain, message, record.partition)
        seen = chain.last_by_partition.get(record.partition, 0)
        chain.last_by_partition[record.partition] = max(seen, message["frameSeq"])
        chain.final_by_partition[record.partition] = message.get("reason")

    def _judge_order(self, chain, message, partition):
        seq, reason = message["frameSeq"], message.get("reason")
        last = chain.last_by_partition.get(partition, -1)
        is_frame = message["type"] == "frame"
        # told when the receiver refused, which may be late; or by a spool that may know less than was sent from it
        if reason in ("not-published", "unknown"):
            return
        if seq < last or is_frame and seq == last:
            self._wrong(message["sourceId"], message["streamEpoch"],
                        "%s (frame %d) comes behind frame %d" % (message["messageId"], seq, last))
        turns = self.turns[partition, message["sourceId"]]
        if not turns or turns[-1] != message["streamEpoch"]:
            turns.append(message["streamEpoch"])

    def _cover(self, chain, message, partition):
        source, epoch, name = message["sourceId"], message["streamEpoch"], message["messageId"]
        before, seq = message["prevFrameSeq"], message["frameSeq"]
        counted = sum(gap["frames"] for gap in message["gaps"])
        if message["type"] == "frame":
            if name != "%s/%s/%d" % (source, epoch, seq):
                self._wrong(source, epoch, "%s is called otherwise than its frame %d" % (name, seq))
            published, lost = {seq}, set(range(before + 1, seq))
        else:
            chain.words.append((seq, message["reason"]))
            published, lost = set(), set(range(before + 1, seq + 1))
            if message["reason"] == "unknown":
                kind = name.rsplit("/", 1)[1][0]
                chain.tells_crash |= kind == "u"
                chain.tells_damage |= kind == "d"
                if before == seq:
                    before = chain.last_by_partition.get(partition, 0)
                if seq > before:
                    chain.named.append((before + 1, seq))
                if counted == 0:
                    return
        if counted != len(lost):
            self._wrong(source, epoch, "%s counts %d lost frames of %d" % (name, counted, len(lost)))
        again = (published | lost) & chain.covered
        if again:
            self._wrong(source, epoch, "%s tells again of frames %s" % (name, spans(again)))
        chain.published |= published
        chain.lost |= lost

    def judge_runs(self, runs, may_damage, clock_stepped, untold=()):
        """Holds the topic against what is known of the daemon's runs.

        runs: (epoch, whether it was killed, {source: frames it is known to have decoded}), in the order of their starts.
        untold: epochs of which nobody may know how they ended.
        """
        started = {run[0]: number for number, run in enumerate(runs)}
        for (partition, source), turns in self.turns.items():
            order = [started.get(epoch, -1) for epoch in turns]
            if order != sorted(set(order)) or -1 in order:
                self.violations.append("%s: runs take turns in partition %d: %s" % (source, partition, order))
        names = [run[0] for run in runs]
        if not clock_stepped and names != sorted(set(names)):
            self.violations.append("streamEpoch does not increase: %s" % names)
        for epoch, killed, decoded in runs:
            for source, frames in decoded.items():
                chain = self.chains.get((source, epoch), Chain())
                if not killed and chain.last < frames:
                    self._wrong(source, epoch, "ended in order with %d frames or more, told of %d" % (frames, chain.last))
        killed = {run[0] for run in runs if run[1]}
        for (source, epoch), chain in self.chains.items():
            if not chain.is_over and epoch not in untold:
                self._wrong(source, epoch, "nobody tells of its end")
            if chain.tells_crash and epoch not in killed:
                self._wrong(source, epoch, "a crash is told of a run that ended in order")
            if chain.tells_damage and not may_damage:
                self._wrong(source, epoch, "damage is told of a spool that nobody damaged")

    @property
    def delivered(self):
        return sum(len(chain.published) for chain in self.chains.values())

    @property
    def lost(self):
        return sum(len(chain.lost) for chain in self.chains.values())

    @property
    def unknown(self):
        return sum(len(chain.unknown) for chain in self.chains.values())

    @property
    def frames(self):
        return sum(chain.last for chain in self.chains.values())


def parse(value):
    """The message, or None if it is none of ours."""
    try:
        message = json.loads(value)
        fits = all(type(message[name]) is kind for name, kind in FIELDS.items())
        fits = fits and 0 <= message["prevFrameSeq"] <= message["frameSeq"]
        fits = fits and all(type(gap["reason"]) is str and type(gap["frames"]) is int for gap in message["gaps"])
        fits = fits and (message["type"] == "frame" or message["type"] == "gap" and type(message["reason"]) is str)
        return message if fits else None
    except (ValueError, KeyError, TypeError):
        return None


def spans(numbers):
    """{1, 2, 3, 7} as text: 1-3, 7; the first ten of them."""
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    text = ", ".join(str(a) if a == b else "%d-%d" % (a, b) for a, b in found[:10])
    return text + (" and more" if len(found) > 10 else "")
