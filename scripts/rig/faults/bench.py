"""One row's bench: makes the parts a row asks for, runs the daemon on them, ends all of it, and adds up the figures."""
import contextlib
import datetime
import os
import re
import subprocess
import time
import urllib.error
import urllib.request

import judge
import onnx
from account import Account, Terms
from parts import WORK, Broker, Cameras, Failed, Lab, Process, Program, Skipped, expect, free_port, until, yaml

STALL_MS = 1500
OPEN_MS = 5000
STARTING_S = 90  # a JVM, model and camera on a machine that is busy with other things
STOPPING_S = 40


class Suite(contextlib.ExitStack):
    """What rows share: the program, and one broker as long as no row breaks it."""

    def __init__(self, folder, fast=False):
        super().__init__()
        self.folder, self.fast = folder, fast
        self.model, self.throwing_model = folder / "tiny.onnx", folder / "throws.onnx"
        self.model.write_bytes(onnx.tiny())
        self.throwing_model.write_bytes(onnx.tiny(throws=True))
        self.program = Program(folder)
        self._broker = self._lab = None
        self.usb = None  # what the machine with USB cameras gave

    @property
    def lab(self):
        """Kept from row to row while rows need it."""
        self._lab = self._lab or Lab()
        return self._lab

    def leave_lab(self):
        if self._lab:
            self._lab.close()
        self._lab = None

    def __exit__(self, *why):
        self.leave_lab()
        return super().__exit__(*why)

    @property
    def broker(self):
        if not (WORK / "kafka/lib/.complete").exists():
            raise Skipped("no Kafka broker in %s; run scripts/rig/setup.sh kafka observers" % WORK)
        if self._broker is None or not self._broker.alive():
            self._broker = Broker()
            self.callback(self._broker.close)
            self._broker.start()
        return self._broker


class Bench(contextlib.ExitStack):
    """The parts of one row, ended in reverse order."""

    def __init__(self, suite, row):
        super().__init__()
        self.suite, self.folder = suite, suite.folder / ("row-%s" % row)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.daemons = 0

    def own(self, part):
        self.callback(part.close)
        return part

    def cameras(self, *options, address="127.0.0.1", netns=()):
        """gst_rtsp.py's options; a small camera at 10 frames a second when none are given."""
        options = options or ("--cam", "h264:/cam")
        if "--size" not in options:
            options += ("--size", "320x240", "--fps", "10", "--gop", "10")
        return self.own(Cameras(self.folder, options, address, netns))

    @property
    def lab(self):
        return self.suite.lab

    def broker(self, *where, **environment):
        """A broker of this row's own, which it may break."""
        return self.own(Broker(*where, **environment)).start()

    def in_lab(self, *sources, **keywords):
        """As daemon(), at host rh4."""
        return self.daemon(*sources, **{"broker": self.lab.broker, "netns": self.lab.inside("rh4"), **keywords})

    def lab_camera(self, *options):
        """As cameras(), at host rh1."""
        return self.cameras(*options, address="10.77.0.1", netns=self.lab.inside("rh1"))

    def daemon(self, *sources, **keywords):
        """Starts the daemon; see Run."""
        self.daemons += 1
        return self.own(Run(self, self.daemons, sources, **keywords))

    def film(self, name="board.mp4", seconds=8, fps=10, size="640x640"):
        """A film of one drawn board with a little noise, so that no two pictures are the same bytes."""
        picture, film = self.suite.folder / "board.png", self.suite.folder / name
        if not picture.exists():
            self.run_program("probe", "synthetic:pcb", "--seconds", "1", "-o", picture)
        if not film.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-loop", "1", "-i", str(picture), "-t", str(seconds), "-r", str(fps),
                            "-vf", "scale=%s,noise=alls=6:allf=t" % size.replace("x", ":"), "-pix_fmt", "yuv420p",
                            "-c:v", "libx264", "-preset", "veryfast", str(film)], check=True, timeout=120)
        return film

    def moving_film(self, name="moving.mp4", seconds=10, fps=10, size="320x240"):
        """A film in which something always moves."""
        film = self.suite.folder / name
        if not film.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=%s:rate=%d" % (size, fps), "-t",
                            str(seconds), "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", str(film)],
                           check=True, timeout=120)
        return film

    @staticmethod
    def figures(account, note=""):
        """Of a part of a row that judges its topic itself."""
        return Figures(None, None, account, note)

    def nothing(self, note):
        """The figures of a part of a row that leaves no topic behind."""
        return self.figures(Account([]), note)

    def doctor(self, environment, log):
        """`ringsight doctor`, started: it loads all native libraries."""
        return self.own(Process(self.suite.program.command("doctor"), log, env={**os.environ, **environment}))

    def run_program(self, *arguments, timeout=60):
        """A command of the program, to its end."""
        return subprocess.run(list(map(str, self.suite.program.command(*arguments))), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout)


class Run:
    """A daemon that publishes to a topic of its own, which kcat watches from the first message on."""

    def __init__(self, bench, number, sources, broker=None, netns=(), topic=None, pipeline=None, kafka=None, sinks=(),
                 jvm=(), kcat=(), verify=(), production=False, environment=None, wrap=()):
        self.bench, self.netns = bench, list(netns)
        self.broker = broker or bench.suite.broker
        self.topic = topic or re.sub(r"\W", "-", "%s-%d-%d" % (bench.folder.name, number, time.time()))
        self.port = free_port()
        self.config = bench.folder / ("pipeline-%d.yaml" % number)
        self.production = production  # started by scripts/ringsight
        self.environment, self.wrap = environment or {}, list(wrap)  # of the daemon alone
        self.jvm, self.kcat, self.verify, self.number = list(jvm), list(kcat), list(verify), number
        self.settings = {
            "pipeline": dict({"model": str(bench.suite.model)}, **(pipeline or {})), "sources": list(sources),
            "sinks": [{"kafka": dict({"bootstrapServers": self.broker.bootstrap, "topic": self.topic}, **(kafka or {}))},
                      *sinks],
            "http": {"bind": "127.0.0.1", "port": self.port}}
        self.write()
        self.make_topic()
        self.watch = judge.Watch(self.broker.bootstrap, self.topic, self.netns, self.kcat)
        self.process = None
        self.start()

    def write(self):
        self.config.write_text(yaml(self.settings))

    def make_topic(self):
        """Asking for it makes it; a consumer alone does not."""
        with contextlib.suppress(subprocess.SubprocessError):
            for _ in range(20):
                out = subprocess.run([*self.netns, "kcat", "-L", "-b", self.broker.bootstrap, "-t", self.topic, *self.kcat],
                                     capture_output=True, text=True, timeout=20).stdout
                if "partition 0, leader" in out:
                    return
                time.sleep(0.1)

    def start(self):
        """Starts it (again), on the same configuration file; the time just before."""
        at = time.time()
        program, arguments = self.bench.suite.program, ("run", "-c", self.config)
        command = program.launched(*arguments) if self.production else program.command(*arguments, jvm=self.jvm)
        self.process = Process([*self.netns, *self.wrap, *command], self.bench.folder / ("daemon-%d.log" % self.number),
                               cwd=self.bench.folder, env={**os.environ, **self.environment})
        return at

    def await_frames(self, *names, after=None, within=STARTING_S):
        after = self.watch.messages[0][0] - 1 if after is None and self.watch.messages else after or 0
        started = time.time()
        for name in names:
            self.watch.frame(name, after, started - after + within)
        return time.time()

    def get(self, path):
        address = "http://127.0.0.1:%d%s" % (self.port, path)
        if self.netns:
            return subprocess.run([*self.netns, "curl", "-s", "-m", "5", address], capture_output=True, text=True).stdout
        try:
            with urllib.request.urlopen(address, timeout=5) as page:
                return page.read().decode()
        except OSError:  # not there yet, or no more
            return ""

    def metric(self, name, **labels):
        """The sum of a metric's values with these labels; a sink is called by its kind."""
        total = 0.0
        for line in self.get("/metrics").splitlines():
            if re.match(re.escape(name) + r"[{ ]", line) and all(
                    re.search(r'%s="%s[":]' % label, line) for label in labels.items()):
                total += float(line.rsplit(" ", 1)[1])
        return total

    def state(self, source):
        found = re.search(r'ringsight_source_state\{source="%s",state="([^"]*)"\} 1' % re.escape(source), self.get("/metrics"))
        return found.group(1) if found else ""

    def sink_state(self, sink="kafka"):
        found = re.search(r'ringsight_sink_state\{sink="%s[^"]*",state="([^"]*)"\} 1' % sink, self.get("/metrics"))
        return found.group(1) if found else ""

    def stop(self, limit_s=STOPPING_S):
        """SIGTERM; how long it took, which must end with 0."""
        at = time.time()
        if self.process.runs():
            self.process.signal("TERM")
        status = self.process.wait(limit_s)
        expect(status == 0, "the daemon ended with %d; its log ends: %s" % (status, self.process.log()[-500:]))
        return time.time() - at

    @property
    def spool(self):
        """The folder of its spool."""
        return self.bench.folder / "out/spool" / self.topic

    def ready(self):
        """Status and text of /ready; 0 when nobody answers."""
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/ready" % self.port, timeout=5) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()
        except OSError:
            return 0, ""

    def reload(self):
        """SIGHUP after the configuration file was written anew; the time just before."""
        self.write()
        return self.process.signal("HUP")

    def kill(self):
        at = self.process.signal("KILL")
        self.process.popen.wait()
        return at

    def judge(self, detected=None, recovered=None, note="", stop=True, **terms):
        """Stops the daemon and accounts for its topic; the row's figures. terms: what the row allows, see Terms."""
        terms = Terms(**terms)
        if stop:
            with contextlib.suppress(Failed):  # the account says it better
                until("frames to judge by", 20, lambda: self.watch.frames() >= terms.least_frames)
            self.stop()
        account = Account(judge.read_topic(self.broker.bootstrap, self.topic, self.netns, self.kcat))
        status, found = judge.verify(self.bench.suite.program, self.broker.bootstrap, self.topic, self.netns, self.verify)
        log = self.process.log()
        expect("this should not happen" not in log and "\tat " not in log, "a stack trace in the daemon's log")
        agree(account, terms, status, found)
        return Figures(detected, recovered, account, note)

    def close(self):
        self.watch.close()
        if self.process:
            self.process.close()


def instant(text):
    """Seconds since 1970 of a message's RFC 3339 time."""
    return datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d*Z$", r"\1Z", text).replace("Z", "+00:00")).timestamp()


def agree(account, terms, status, found):
    """kcat's account holds by the terms, and verify comes to the same one."""
    problems = account.problems(terms)
    expect(not problems, "kcat's count: " + "; ".join(problems))
    expect(status == 0, "verify exits with %d: %s" % (status, {k: v for k, v in found.items() if k != "epochs"}))
    expect(found["frames"] == account.frames, "verify counts %d frames, kcat %d" % (found["frames"], account.frames))
    lost = {reason: count for reason, count in found["gapFrames"].items() if reason != "unknown"}
    expect(lost == {k: v for k, v in account.lost.items() if v}, "verify counts lost frames %s, kcat %s" % (lost, dict(account.lost)))


class Figures:
    """What a row measured. Seconds; frames lost are those neither in a message nor in a gap."""

    def __init__(self, detected, recovered, account, note):
        self.detected, self.recovered, self.account, self.note = detected, recovered, account, note

    def add(self, other):
        """The account of a second daemon of the same row."""
        self.account.absorb(other.account)
        self.detected = max(filter(None, (self.detected, other.detected)), default=None)
        self.note = "; ".join(filter(None, (self.note, other.note)))
        return self
