"""What a seed stands for: sources, settings, and which faults begin and end when. The same seed is always the same plan."""
import dataclasses
import random

SECONDS = 8  # from the first frame to the last cure
FAULTS = (3, 7)  # how many, at least and at most
MIN_SPOOL_BYTES = 1 << 20
KINDS = {  # and how often each is chosen
    "kill": 4, "term": 2, "damage": 5, "damage-down": 5, "broker-kill": 1, "broker-pause": 2, "cut": 3, "stall": 3,
    "topic": 2, "size": 2, "deny": 1, "partitions": 1, "disk": 3, "clock": 3, "suspend": 2, "reload": 3, "slow": 1,
    "jsonl": 2, "descriptors": 2}
CLOCK_STEPS_S = (7200, 600, 3, -3, -600, -7200, 400 * 86400, -400 * 86400)


@dataclasses.dataclass(frozen=True)
class Fault:
    kind: str
    begin: float  # seconds after the first frame
    end: float
    detail: str
    chance: int  # a seed for what can only be chosen when it happens, such as a file

    def __str__(self):
        return "%s%s %.1f-%.1f" % (self.kind, self.detail and ":" + self.detail, self.begin, self.end)


@dataclasses.dataclass(frozen=True)
class Plan:
    seed: int
    sources: tuple
    spare: dict  # a source that a reload adds
    spool_bytes: int
    throws: bool  # whether the model fails on bright pictures
    faults: tuple

    def has(self, *kinds):
        return any(fault.kind in kinds for fault in self.faults)

    def __str__(self):
        return ", ".join(map(str, self.faults))


def plan(seed, film="film.mp4"):
    chance = random.Random(seed)
    sources = [_plain(chance, "a")]
    for name in ("b", "c")[:chance.randint(0, 2)]:
        sources.append(chance.choice([_plain, _limited, _film, _short, _away])(chance, name, film))
    target = chance.choice(["segment", "segment", "segment", "state"])  # both together may leave nobody who knows
    kinds = chance.choices(list(KINDS), list(KINDS.values()), k=chance.randint(*FAULTS))
    faults = sorted((_fault(chance, kind, target) for kind in kinds), key=lambda fault: fault.begin)
    return Plan(seed, tuple(sources), _limited(chance, "spare", film), chance.choice([MIN_SPOOL_BYTES, 64 << 20]),
                chance.random() < 0.2, tuple(faults))


def _fault(chance, kind, target):
    begin = round(chance.uniform(0.2, SECONDS - 1), 1)
    end = round(min(SECONDS, begin + chance.uniform(0.3, 4)), 1)
    detail = ""
    if kind in ("damage", "damage-down"):
        ways = ["flip", "flip", "truncate", "delete", "rename", "blank"] if target == "segment" else ["flip", "delete"]
        detail = target + " " + chance.choice(ways)
    elif kind == "clock":
        detail = "%+d" % chance.choice(CLOCK_STEPS_S)
    elif kind == "size":
        detail = str(chance.choice([900, 2000]))  # frames are refused, or only batches of them
    elif kind == "jsonl":
        detail = chance.choice(["remove", "rename", "truncate"])
    elif kind == "reload":
        detail = chance.choice(["remove", "add", "change"])
    elif kind == "topic":
        detail = chance.choice(["at once", "later"])
    return Fault(kind, begin, end, detail, chance.randrange(10**9))


def _plain(chance, name, film=None):
    return dict(id=name, uri="synthetic:boxes?width=64&height=64&fps=%d&seed=%d" % (
        chance.choice([10, 30, 100]), chance.randint(1, 9)))


def _limited(chance, name, film):
    return dict(_plain(chance, name), **chance.choice([{"maxFps": 7}, {"deadlineMs": 5}, {"credits": 1}]))


def _film(chance, name, film):
    return dict(id=name, uri="file:%s?loop&pace=realtime" % film)


def _short(chance, name, film):
    source = _plain(chance, name)
    return dict(source, uri=source["uri"] + "&frames=%d" % chance.randint(1, 200))


def _away(chance, name, film):
    return dict(id=name, uri="rtsp://127.0.0.1:1/away", openTimeoutMs=1000)
