"""Rows 20 to 22: USB cameras of the kernel's own driver, in a machine of their own (QEMU, no KVM needed)."""
import json
import os
import re
import shutil
import signal
import subprocess

import judge
from account import Account, Terms
from bench import Figures, agree, instant
from parts import RIG, WORK, Failed, Skipped, expect, source, yaml
from registry import row

STALL_MS = 3000
EMULATED_S = 0.5  # starting a thread may take this long there


TERMS = Terms(reasons=("busy", "not-found", "no-permission", "stalled", "disconnected", "io-error", "timed-out"),
              losses={"rate-limit": 0.95, "overload": 0.3, "corrupt": 0.3})


class Session:
    """One start of the machine plays all scenes; each row is judged by its own."""

    def __init__(self, suite):
        if not (WORK / "vm/initrd.gz").exists() or not shutil.which("qemu-system-x86_64"):
            raise Skipped("no machine with USB cameras; run scripts/rig/setup.sh vm")
        self.job, self.broker, self.topic = suite.folder / "usb", suite.broker, "usb-%d" % os.getpid()
        self.job.mkdir(exist_ok=True)
        self.job.chmod(0o777)
        shutil.copy(RIG / "jobs/usb-faults.sh", self.job / "run.sh")
        shutil.copy(suite.model, self.job / "tiny.onnx")
        (self.job / "classpath").write_text(in_machine(suite.program.lib) + "/*")
        keys = {"openTimeoutMs": 15000, "stallTimeoutMs": STALL_MS, "videoSize": "320x180", "framerate": 5}
        (self.job / "pipeline.yaml").write_text(yaml({
            "pipeline": {"model": "/job/tiny.onnx", "lanes": 1},
            "sources": [source("first", "v4l2:/dev/video0", maxFps=2, **keys),
                        source("second", "v4l2:/dev/video1", maxFps=1, **keys),
                        source("missing", "v4l2:/dev/video9", **keys)],
            "sinks": [{"kafka": {"bootstrapServers": "10.0.2.2:%d" % self.broker.vm_port, "topic": self.topic,
                                 "spool": {"dir": "/job/spool"}}},  # nothing else can be written there
                      {"jsonl": {"path": "/job/messages.jsonl"}}]}))
        environment = dict(os.environ, RIG_WORK=str(WORK), MEM="1536",
                           QEXTRA="-netdev user,id=u -device virtio-net-pci,netdev=u")
        self.said = self.play(environment)[-1500:]
        events = self.job / "events"
        self.events = {name: float(at) for name, at in map(str.split, events.read_text().splitlines())} if events.exists() else {}
        records = judge.read_topic(self.broker.bootstrap, self.topic)
        self.account = Account(records)
        self.messages = [json.loads(text) for _, text in records]
        self.verified = judge.verify(suite.program, self.broker.bootstrap, self.topic)

    def play(self, environment):
        """Runs the machine to its end, or ends it with all its processes."""
        machine = subprocess.Popen([str(RIG / "run-vm.sh"), str(self.job)], env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            return machine.communicate(timeout=600)[0]
        finally:
            if machine.poll() is None:
                os.killpg(machine.pid, signal.SIGKILL)
                machine.wait()

    def told(self, scene, name, reasons, within):
        """Seconds from a scene's fault to its gap message, and from its cure to the next frame."""
        expect(scene + ".end" in self.events, "the machine did not get to the end of '%s': %s" % (scene, self.said))
        begin, heal = self.events.get(scene + ".begin"), self.events[scene + ".heal"]
        mine = [(instant(m["publishedAt"]), m) for m in self.messages if m["sourceId"] == name]
        gaps = [at for at, m in mine if m["type"] == "gap" and m["reason"] in reasons and at > (begin or 0)]
        frames = [at for at, m in mine if m["type"] == "frame" and at > heal]
        expect(gaps and frames, "%s: %d gap messages, %d frames after the cure in the topic" % (scene, len(gaps), len(frames)))
        detected = max(0.0, gaps[0] - self.events[scene + ".made"]) if begin else None
        expect(detected is None or detected <= within, "%s was told of after %.2f s, expected %.2f s" % (scene, detected or 0, within))
        return detected, frames[0] - heal

    def figures(self, detected, recovered, note=""):
        agree(self.account, TERMS, *self.verified)
        return Figures(detected, recovered, self.account, note)


def in_machine(path):
    """Where the machine sees a file of the host: its own /tmp hides the host's, and some folders hide it for good."""
    hidden = re.match(r"/(dev|proc|sys|job|rigwork|mod)/", str(path))
    if hidden:
        raise Skipped("the machine with USB cameras has a %s of its own: run from a folder elsewhere" % hidden.group(0))
    return re.sub(r"^/tmp/", "/host-tmp/", str(path))


def session(bench):
    """Played once; a row after one that could not start it says the same."""
    suite = bench.suite
    if suite.usb is None:
        try:
            suite.usb = Session(suite)
        except (Failed, Skipped) as e:
            suite.usb = e
    if isinstance(suite.usb, Exception):
        raise suite.usb
    return suite.usb


@row(20, "USB unplugged, replugged")
def unplugged(bench):
    usb = session(bench)
    detected, recovered = usb.told("unplug", "first", ("not-found", "disconnected", "io-error"), 1 + EMULATED_S)
    expect(recovered < 5, "came back after %.1f s" % recovered)
    expect("clock.end" in usb.events, "no frames after the machine's clock had been set")
    return usb.figures(detected, recovered, "went on over steps of the clock by an hour, too")


@row(21, "USB busy, no permission, missing")
def busy(bench):
    usb = session(bench)
    _, free = usb.told("busy", "second", ("busy",), 0)
    _, allowed = usb.told("permission", "second", ("no-permission",), 20)
    reasons = {m["reason"] for m in usb.messages if m["sourceId"] == "missing"}
    expect("not-found" in reasons, "the missing camera's reasons are %s" % reasons)
    return usb.figures(None, max(free, allowed), "busy, no-permission and not-found are told apart")


@row(22, "USB I/O error; no pictures at all")
def no_pictures(bench):
    usb = session(bench)
    stalled, back = usb.told("stall", "first", ("stalled",), STALL_MS / 1000 * 1.1 + EMULATED_S)
    broken, again = usb.told("io-error", "second", ("io-error", "disconnected", "stalled"), STALL_MS / 1000 * 1.1 + EMULATED_S)
    return usb.figures(stalled, max(back, again), "I/O error seen after %.2f s" % broken)
