"""One seed: a daemon, its faults in their turn, their cures, and the judgement of what is in the topic."""
import contextlib
import os
import random
import re
import shutil
import socket
import sys
import time
import urllib.request

import judge
from ledger import Ledger, Record
from parts import Failed, Process, expect, free_port, shell, until, yaml
from plan import SECONDS
from wire import SEEN_AS

STARTING_S, STOPPING_S, RECOVERING_S = 120, 40, 90  # of a machine that is busy with other seeds
SETTLING_S = 30  # a topic that is being deleted or made again
LOOK_EVERY_S = 0.3
SINK = "kafka"
DISK = "8m"
SPOOL_FILES = {"segment": "*.spool", "state": "spool.*"}


class Start:
    """The daemon from one start to its end."""

    def __init__(self, command, log, environment):
        self.process = Process(command, log, env=environment)
        self.suspended = self.ended = self.was_killed = self.disk_was_full = False
        self.decoded, self.acknowledged = {}, 0

    @property
    def epoch(self):
        found = re.search(r"epoch (\w+), to ", self.process.log())
        return found and found.group(1)

    def signal(self, name):
        if self.process.runs():
            self.process.signal(name)
            self.suspended = {"STOP": True, "CONT": False}.get(name, self.suspended)

    def read(self, page):
        """Remembers what the daemon itself has counted: the topic must tell of no less."""
        for name, source, value in re.findall(
                r'^ringsight_(frames_decoded)_total\{source="(\w+)"\} (\S+)', page, re.MULTILINE):
            self.decoded[source] = int(float(value))
        self.acknowledged = int(value_of(page, "ringsight_sink_acknowledged_total") or self.acknowledged)


def value_of(page, name):
    """Of the Kafka sink; None if the page does not say."""
    found = re.search(r'^%s\{sink="%s:[^"]*"\} (\S+)' % (name, SINK), page, re.MULTILINE)
    return float(found.group(1)) if found else None


class Life(contextlib.ExitStack):
    def __init__(self, plan, props, stage, folder):
        super().__init__()
        self.plan, self.props, self.stage, self.folder = plan, props, stage, folder
        self.topic, self.port = "chaos-%d-%d" % (plan.seed, time.time()), free_port()
        self.starts, self.archive, self.violations, self.cures = [], [], [], []
        self.is_whole = False  # whether it came to its end
        self.partitions = 1
        self.settings = {"size": lambda: stage.ask("config", self.topic, "max.message.bytes", 1048588),
                         "deny": lambda: stage.ask("allow", self.topic), "topic": self.make_topic}
        folder.mkdir(parents=True)
        self.disk = folder / "disk"
        self.disk.mkdir()
        if props.has_disks:
            shell("mount", "-t", "tmpfs", "-o", "size=" + DISK, "tmpfs", self.disk)
            self.callback(shell, "umount", "-l", self.disk)
        self.clock = folder / "clock"
        self.clock.write_bytes(bytes(8))
        self.sources = list(plan.sources)
        self.config = folder / "pipeline.yaml"
        self.write()

    # --- the daemon

    @property
    def now(self):
        return self.starts[-1]

    @property
    def runs(self):
        return bool(self.starts) and self.now.process.runs()

    def write(self):
        kafka = {"bootstrapServers": "127.0.0.1:%d" % self.stage.wire.port, "topic": self.topic,
                 "spool": {"dir": str(self.disk / "spool"), "maxBytes": self.plan.spool_bytes}}
        jsonl = {"path": str(self.disk / "out.jsonl"), "maxBytes": 1 << 18, "keep": 1}
        model = self.props.throwing_model if self.plan.throws else self.props.model
        self.config.write_text(yaml({
            "pipeline": {"model": str(model), "lanes": 1}, "sources": self.sources,
            "sinks": [{SINK: kafka}, {"jsonl": jsonl}], "http": {"bind": "127.0.0.1", "port": self.port}}))

    def start(self):
        environment = None
        if self.plan.has("clock") and self.props.has_clock:
            environment = dict(os.environ, LD_PRELOAD=str(self.props.clock), CHAOS_CLOCK=str(self.clock))
        log = self.folder / ("daemon-%d.log" % (len(self.starts) + 1))
        self.starts.append(Start(self.props.program.command("run", "-c", self.config), log, environment))
        self.callback(self.now.process.close)

    def page(self, name="metrics", limit_s=2):
        with contextlib.suppress(OSError), urllib.request.urlopen(
                "http://127.0.0.1:%d/%s" % (self.port, name), timeout=limit_s) as page:
            return page.read().decode()
        return ""

    def look(self):
        """The metrics page, if there is one now."""
        if not self.starts or self.now.suspended or self.now.ended:
            return ""
        if not self.runs and self.cannot_start_yet():
            self.now.ended = True
            return ""
        if not self.runs:
            raise Failed("the daemon ended by itself with %d; its log ends: %s"
                         % (self.now.process.popen.returncode, self.now.process.log()[-400:]))
        page = self.page()
        self.now.read(page)
        return page

    def cannot_start_yet(self):
        """As documented: exit code 1 when the disk is so full that the spool cannot be repaired; recover() starts it again."""
        return (self.now.process.popen.returncode == 1 and not self.now.epoch and any(self.disk.glob("filler*"))
                and "the disk of the spool is full" in self.now.process.log())

    def await_frames(self):
        """Messages the broker takes."""
        until("acknowledged messages", STARTING_S, lambda: value_of(self.look(), "ringsight_sink_acknowledged_total"))

    def end(self, name):
        """Ends it by a signal and judges its exit code."""
        if not self.runs:
            return
        self.look()
        self.now.signal("CONT")
        self.now.ended, self.now.was_killed = True, name == "KILL"
        self.now.disk_was_full = any(self.disk.glob("filler*"))
        self.now.signal(name)
        status = self.now.process.wait(STOPPING_S)
        # before it says its epoch it may not yet hear SIGTERM
        expected = [-9] if name == "KILL" else [0] if self.now.epoch else [0, 143, -15]
        expect(status in expected, "SIG%s: exit code %d, expected %d; the log ends: %s" % (
            name, status, expected[0], self.now.process.log()[-400:]))

    # --- the faults: each begins, and returns what cures it

    def begin(self, fault):
        cure = getattr(self, "fault_" + fault.kind.replace("-", "_"))(fault, random.Random(fault.chance))
        if cure:
            self.cures.append((fault.end, cure))

    def fault_kill(self, fault, chance):
        self.end("KILL")
        return self.start_if_down

    def fault_term(self, fault, chance):
        self.end("TERM")
        return self.start_if_down

    def start_if_down(self):
        if not self.runs:
            self.start()

    def fault_damage(self, fault, chance):
        self.damage(fault.detail, chance)

    def fault_damage_down(self, fault, chance):
        self.end(chance.choice(["KILL", "KILL", "TERM"]))
        if not self.runs:
            self.damage(fault.detail, chance)
        return self.start_if_down

    def damage(self, detail, chance):
        target, way = detail.split(" ")
        files = sorted((self.disk / "spool" / self.topic).glob(SPOOL_FILES[target]))
        if not files:
            return
        file = chance.choice(files)
        with contextlib.suppress(FileNotFoundError, OSError):  # the daemon was faster, or the disk is full
            if way == "delete":
                file.unlink()
            elif way == "rename":
                file.rename(file.with_name("%020d.spool" % chance.randrange(10000)))
            elif way == "truncate":
                with open(file, "r+b") as out:
                    out.truncate(chance.randint(0, file.stat().st_size))
            else:
                turn_bits(file, chance, blank=way == "blank")

    def fault_broker_kill(self, fault, chance):
        self.stage.kill()
        return self.stage.heal

    def fault_broker_pause(self, fault, chance):
        self.stage.pause()
        return self.stage.go_on

    def fault_cut(self, fault, chance):
        self.stage.wire.cut()
        return self.stage.wire.heal

    def fault_stall(self, fault, chance):
        self.stage.wire.stall()
        return self.stage.wire.heal

    def fault_topic(self, fault, chance):
        """Deleted, with what is in it: what was there is read before, while nobody writes."""
        if not self.stage.answers:
            return None
        was_suspended, was_cut = self.runs and self.now.suspended, self.stage.wire.is_cut
        if self.runs:
            self.now.signal("STOP")
        self.stage.wire.cut()  # what is on its way may arrive a second late on a busy machine
        until("a topic at rest", 30, self.is_at_rest)
        self.archive += self.read_topic()
        self.stage.ask("delete", self.topic)
        # until its controller tells it the broker takes and acknowledges what it will then delete
        until("the topic gone", 30, lambda: self.find_topic() is None)
        if fault.detail == "at once":
            self.make_topic()
        self.partitions = 1
        self.stage.wire.is_cut = was_cut
        if self.runs and not was_suspended:
            self.now.signal("CONT")
        return self.settings["topic"]

    def is_at_rest(self):
        count = len(self.read_topic())
        time.sleep(0.5)
        return len(self.read_topic()) == count

    def make_topic(self):
        self.stage.ask("create", self.topic, 1)

    def fault_size(self, fault, chance):
        self.stage.ask("config", self.topic, "max.message.bytes", fault.detail)
        return self.settings["size"]

    def fault_deny(self, fault, chance):
        self.stage.ask("deny", self.topic, SEEN_AS)
        return self.settings["deny"]

    def fault_partitions(self, fault, chance):
        if self.stage.ask("partitions", self.topic, self.partitions + 2):
            self.partitions += 2

    def fault_disk(self, fault, chance):
        if not self.props.has_disks:
            return None
        filler = self.disk / ("filler-%d" % fault.chance)
        with open(filler, "wb", buffering=0) as out, contextlib.suppress(OSError):
            while True:
                out.write(bytes(4096))
        return lambda: filler.unlink(missing_ok=True)

    def fault_clock(self, fault, chance):
        self.set_clock(fault.detail)
        return lambda: self.set_clock(0)

    def set_clock(self, seconds):
        with open(self.clock, "r+b", buffering=0) as out:  # clock.c has it mapped
            out.write(int(seconds).to_bytes(8, sys.byteorder, signed=True))

    def fault_suspend(self, fault, chance):
        if self.runs:
            self.now.signal("STOP")
        return lambda: self.now.signal("CONT")

    def fault_reload(self, fault, chance):
        if fault.detail == "remove" and any("&frames=" not in source["uri"] for source in self.sources[1:]):
            self.sources = self.sources[1:]  # with none left but such as end, the daemon would be over
        elif fault.detail == "change":
            self.sources = [dict(self.sources[0], maxFps=5), *self.sources[1:]]
        else:
            self.sources = [*self.sources, self.plan.spare]
        self.reload()

        def cure():
            self.sources = list(self.plan.sources)
            self.reload()
        return cure

    def reload(self):
        self.write()
        if self.runs and self.now.epoch:  # before it has one a hangup would end it
            self.now.signal("HUP")

    def fault_slow(self, fault, chance):
        clients = []
        for _ in range(50):
            with contextlib.suppress(OSError):
                clients.append(socket.create_connection(("127.0.0.1", self.port), timeout=1))
                clients[-1].send(b"GET /metrics HTTP/1.1\r\nHost: ")
        if clients and self.look():
            until("/live while 50 clients are slow", 20, lambda: self.page("live"))
        return lambda: [client.close() for client in clients]

    def fault_jsonl(self, fault, chance):
        file = self.disk / "out.jsonl"
        with contextlib.suppress(OSError):
            if fault.detail == "remove":
                file.unlink()
            elif fault.detail == "rename":
                file.rename(file.with_name("out.jsonl.rotated"))
            else:
                with open(file, "r+b") as out:
                    out.truncate()

    def fault_descriptors(self, fault, chance):
        def limit(soft):
            if self.runs:
                self.now.process.limit_descriptors(soft)
        if self.runs and self.now.epoch:  # a JVM that starts needs more than it has
            limit(self.now.process.descriptors() + chance.randint(0, 3))
        return lambda: limit(4096)

    # --- the order of things

    def go(self):
        """All of it; `violations` says what does not hold."""
        try:
            self.make_topic()
            self.start()
            self.await_frames()
            self.suffer()
            self.recover()
            self.drain()
            self.is_whole = True
        except Failed as e:
            self.violations.append(str(e))
        self.stage.heal()
        for start in self.starts:
            start.process.close()
        self.judge()

    def suffer(self):
        began = time.time()
        coming = list(self.plan.faults)
        while coming or self.cures or time.time() - began < SECONDS:
            at = time.time() - began
            for cure in [cure for cure in self.cures if cure[0] <= at]:
                self.cures.remove(cure)
                cure[1]()
            while coming and coming[0].begin <= at:
                self.begin(coming.pop(0))
            self.look()
            time.sleep(LOOK_EVERY_S)

    def recover(self):
        """Everything is well again: so must the daemon be, by itself."""
        self.stage.heal()
        for fault in self.plan.faults:  # what a broker that was away could not be asked
            if fault.kind in self.settings:
                self.settings[fault.kind]()
        if self.runs:
            self.now.signal("CONT")
        self.start_if_down()
        self.await_frames()
        if self.plan.has("reload"):
            self.reload()  # one that came while it started was not heard
        page = self.look()
        before = value_of(page, "ringsight_sink_acknowledged_total") or 0
        lively = [source["id"] for source in self.plan.sources if "&frames=" not in source["uri"] and "rtsp:" not in source["uri"]]
        counted = {name: self.now.decoded.get(name, 0) for name in lively}
        self.has = ""

        def is_well():
            page = self.look()
            self.has = " ".join(re.findall(r'^ringsight_(?:sink_queue_messages|sink_state|source_state)\{.*', page, re.MULTILINE))
            return ((value_of(page, "ringsight_sink_acknowledged_total") or 0) > before + 5
                    and (value_of(page, "ringsight_sink_queue_messages") or 0) < 100
                    and all(self.now.decoded.get(name, 0) > counted[name] for name in lively))
        try:
            until("well again", RECOVERING_S, is_well)
        except Failed as e:
            raise Failed("%s (%s)" % (e, self.has)) from None

    def drain(self):
        for _ in range(3):
            self.end("TERM")
            if "messages stay in the spool" not in self.now.process.log():
                return
            self.start()
            self.await_frames()
        raise Failed("the spool does not drain in three starts without a fault")

    def read_topic(self):
        """All records; none where the topic was deleted."""
        return self.find_topic() or []

    def find_topic(self):
        """All records by kcat, which is not ours; None if there is no such topic."""
        kcat = ("kcat", "-C", "-b", self.stage.broker.bootstrap, "-t", self.topic, "-e", "-q", "-o", "beginning",
                "-f", r"%p\t%k\t%s\n")
        end = time.monotonic() + SETTLING_S
        while True:
            try:
                text = shell(*kcat)
                break
            except Failed as e:
                if "Unknown topic" in str(e):
                    return None
                # while a topic is deleted or made again a broker's first answer may still be of the other one
                if "no longer available" not in str(e) or time.monotonic() > end:
                    raise
                time.sleep(LOOK_EVERY_S)
        return [Record(int(p), key, value) for p, key, value in (line.split("\t", 2) for line in text.splitlines())]

    def judge(self):
        records = self.read_topic()
        self.records = self.archive + records
        self.ledger = Ledger(self.records)
        self.hold_against_verify(Ledger(records))
        runs = [(start.epoch, start.was_killed or start.disk_was_full, start.decoded) for start in self.starts if start.epoch]
        if self.is_whole:
            self.ledger.judge_runs(runs, self.plan.has("damage", "damage-down"), self.plan.has("clock"), self.untold())
        self.violations += self.ledger.violations
        acknowledged = sum(start.acknowledged for start in self.starts)
        if len(self.records) < acknowledged:
            self.violations.append("%d messages were acknowledged, the topic had %d" % (acknowledged, len(self.records)))
        for start in self.starts:
            log = start.process.log()
            if "this should not happen" in log or "\tat " in log:
                self.violations.append("a stack trace in %s" % start.process.log_path.name)

    def untold(self):
        """Killed while nothing could be written, or the spool's own state was damaged later: nobody may know of the end."""
        state_lost = any(fault.detail.startswith("state ") for fault in self.plan.faults)
        return {start.epoch for start in self.starts if start.was_killed and (start.disk_was_full or state_lost)}

    def hold_against_verify(self, ledger):
        status, found = judge.verify(self.props.program, self.stage.broker.bootstrap, self.topic)
        answer, expected = found.get("answer"), "incomplete" if ledger.violations else "complete"
        if ledger.frames == 0 and not ledger.violations:
            expected = "cannot-tell"
        if answer != expected or status != (answer != "complete"):
            reasons = [v for k, v in found.items() if k != "epochs"]
            self.violations.append("verify answers %s (exit code %d), expected %s: %s" % (answer, status, expected, reasons))
        elif found.get("frames", 0) != ledger.delivered:  # none where no broker answered
            self.violations.append("verify counts %s frames, kcat %d" % (found.get("frames"), ledger.delivered))

    def keep(self):
        """Leaves what was on the disk and in the topic."""
        shutil.copytree(self.disk, self.folder / "disk-at-the-end", ignore_dangling_symlinks=True)
        (self.folder / "topic.tsv").write_text("\n".join("%d\t%s\t%s" % record for record in self.records))
        self.close()

    def tidy(self):
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def turn_bits(file, chance, blank):
    """A few bits, or 512 bytes of zeros."""
    size = file.stat().st_size
    with open(file, "r+b", buffering=0) as out:
        for _ in range(1 if blank else chance.randint(1, 3)):
            at = chance.randrange(max(1, size))
            out.seek(at)
            old = out.read(512 if blank else 1)
            out.seek(at)
            out.write(bytes(len(old)) if blank else bytes(byte ^ 1 << chance.randrange(8) for byte in old))
