"""The real parts of a fault: cameras, brokers, networks, the daemon. Whoever makes one gives it a Bench to end it."""
import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
RIG = ROOT / "scripts/rig"
WORK = pathlib.Path(os.environ.get("RIG_WORK") or os.path.join(os.environ.get("TMPDIR", "/tmp"), "rig"))
PYTHON = "/usr/bin/python3"  # only Debian's own sees GStreamer
MODEL = ROOT / "conf/models/pcb-defect.yaml"
LOOK_EVERY_S = 0.05
# Over before C2 would pay; a shorter start on a busy machine.
JVM = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


class Failed(Exception):
    """The row does not hold; the text says what was expected."""


class Skipped(Exception):
    """This machine cannot make the row; the text says why."""


def expect(condition, text):
    if not condition:
        raise Failed(text)


def until(what, limit_s, condition):
    """Waits for a true value of condition() and returns it."""
    end = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed("not within %.1f s: %s" % (limit_s, what))
        time.sleep(LOOK_EVERY_S)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def shell(*command, **keywords):
    """Runs a command to its end; its standard output as text. Fails with what it said."""
    done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=keywords.pop("timeout", 120), **keywords)
    if done.returncode:
        raise Failed("%s ended with %d: %s" % (" ".join(map(str, command)), done.returncode,
                                                (done.stderr or done.stdout).strip()[-600:]))
    return done.stdout


def _in_child():
    """Ends with us, and hears SIGHUP even where we were started by nohup: what is ignored here stays ignored there."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def java():
    home = os.environ.get("JAVA_HOME")
    return os.path.join(home, "bin", "java") if home else "java"


class Process:
    """A process of ours, its output in a file; ended with kill -9 by close()."""

    def __init__(self, command, log, **keywords):
        self.log_path = pathlib.Path(log)
        with open(self.log_path, "ab") as out:
            self.popen = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=subprocess.STDOUT, preexec_fn=_in_child, **keywords)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def signal(self, name):
        """Sends it; the time just before."""
        at = time.time()
        self.popen.send_signal(getattr(signal, "SIG" + name))
        return at

    def runs(self):
        return self.popen.poll() is None

    def wait(self, limit_s):
        try:
            return self.popen.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise Failed("process %d still runs after %d s; its log ends: %s"
                         % (self.popen.pid, limit_s, self.log()[-500:])) from None

    def close(self):
        if self.runs():
            self.popen.kill()
        self.popen.wait()

    def proc(self, name):
        return pathlib.Path("/proc/%d/%s" % (self.popen.pid, name))

    def limit_descriptors(self, soft):
        shell("prlimit", "--pid", self.popen.pid, "--nofile=%d:" % soft)

    def threads(self):
        return len(list(self.proc("task").iterdir()))

    def descriptors(self):
        return len(list(self.proc("fd").iterdir()))

    def rss_mb(self):
        for line in self.proc("status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0


class Cameras:
    """Cameras served by one gst_rtsp.py process."""

    def __init__(self, folder, options, address="127.0.0.1", netns=()):
        self.options, self.address, self.netns, self.folder = list(options), address, list(netns), folder
        self.port = free_port()
        self.start()

    def start(self, *options):
        """Starts it (again), with other options if given; the time it let clients in."""
        self.options = list(options) or self.options
        log = self.folder / ("camera-%d-%d.log" % (self.port, time.monotonic_ns()))
        self.process = Process(self.netns + [PYTHON, RIG / "gst_rtsp.py", "--addr", self.address, "--port", self.port]
                               + self.options, log)
        until("cameras ready: " + str(log), 30, lambda: "ready" in self.process.log() or not self.process.runs())
        expect(self.process.runs(), "camera did not start: " + self.process.log()[-300:])
        return time.time()

    def uri(self, mount="/cam", scheme="rtsp"):
        return "%s://%s:%d%s" % (scheme, self.address, self.port, mount)

    def kill(self):
        """The power plug pulled; the time just before."""
        at = self.process.signal("KILL")
        self.process.popen.wait()
        return at

    def freeze(self):
        return self.process.signal("STOP")

    def thaw(self):
        return self.process.signal("CONT")

    def close(self):
        self.process.close()


class Broker:
    """A Kafka broker (kbroker.sh), also to be had from a virtual machine at 10.0.2.2."""
    number = 0

    def __init__(self, address="127.0.0.1", netns="", **environment):
        Broker.number += 1
        self.name = "faults-%d-%d" % (os.getpid(), Broker.number)
        self.address = address
        self.port, self.vm_port = int(environment.get("PORT") or free_port()), free_port()
        self.home = WORK / "kafka" / self.name
        self.environment = dict(os.environ, RIG_WORK=str(WORK), PORT=str(self.port), CPORT=str(free_port()),
                                HOSTIP=address, NETNS=netns)
        self.netns = netns
        if "TLS" not in environment and not netns:
            control = "CONTROLLER://%s:%s" % (address, self.environment["CPORT"])
            plain = "PLAINTEXT://%s:%d" % (address, self.port)
            environment["EXTRA"] = "\n".join([
                "listeners=%s,VM://127.0.0.1:%d,%s" % (plain, self.vm_port, control),
                "advertised.listeners=%s,VM://10.0.2.2:%d" % (plain, self.vm_port),
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,VM:PLAINTEXT,CONTROLLER:PLAINTEXT",
                environment.get("EXTRA", "")])
        elif "TLS" in environment:
            # to itself without TLS, or it would not start with a certificate that its clients must refuse
            control = "CONTROLLER://%s:%s" % (address, self.environment["CPORT"])
            listeners = "SASL_SSL://%s:%d,INTERNAL://%s:%d" % (address, self.port, address, self.vm_port)
            environment["EXTRA"] = "\n".join([
                "listeners=%s,%s" % (listeners, control), "advertised.listeners=" + listeners,
                "listener.security.protocol.map=SASL_SSL:SASL_SSL,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name=INTERNAL", environment.get("EXTRA", "")])
        self.environment.update(environment)

    @property
    def bootstrap(self):
        return "%s:%d" % (self.address, self.port)

    def script(self, verb):
        at = time.time()
        # not shell(): the broker would hold its pipes open
        with open(WORK / "kafka" / (self.name + ".sh.log"), "ab") as out:
            status = subprocess.run([str(RIG / "kafka/kbroker.sh"), verb, self.name], env=self.environment,
                                    stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=120).returncode
        expect(status == 0, "kbroker.sh %s %s ended with %d" % (verb, self.name, status))
        return at

    def start(self):
        self.script("up")
        self.script("wait")
        return self

    def kill(self):
        at = self.script("kill")
        until("broker's end", 20, lambda: not self.alive())
        return at

    def properties(self):
        """What a client needs of a broker with TLS=1."""
        lines = (self.home / "client.properties").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection((self.address, self.port), timeout=2):
            return True
        return False

    def alive(self):
        state = pathlib.Path("/proc/%s/stat" % (self.home / "pid").read_text().strip())
        return state.exists() and ") Z " not in state.read_text()

    def close(self):
        if (self.home / "pid").exists():
            for verb in ("cont", "kill"):
                with contextlib.suppress(Failed):
                    self.script(verb)
            with contextlib.suppress(Failed):
                until("broker's end", 20, lambda: not self.alive())
        shutil.rmtree(self.home, ignore_errors=True)
        (WORK / "kafka" / (self.name + ".sh.log")).unlink(missing_ok=True)


class Cluster:
    """Three brokers, each at a host of the lab of its own."""

    def __init__(self, lab, bench):
        voters = ",".join("%d@10.77.0.%d:9093" % (i, i) for i in (1, 2, 3))
        # a broker that is cut off is given up after 2 s instead of 9
        more = "\n".join(["default.replication.factor=3", "min.insync.replicas=2", "broker.session.timeout.ms=2000",
                          "broker.heartbeat.interval.ms=500"])
        self.brokers = {i: Broker("10.77.0.%d" % i, " ".join(lab.inside("rh%d" % i)), ID=str(i), RF="3", PORT="9092",
                                  CPORT="9093", VOTERS=voters, EXTRA=more) for i in (1, 2, 3)}
        for broker in self.brokers.values():
            bench.callback(broker.close)
            broker.script("up")
        for broker in self.brokers.values():
            broker.script("wait")
        self.bootstrap = ",".join(broker.bootstrap for broker in self.brokers.values())


class Program:
    """Ringsight as built: a copy, so that a build beside the suite changes nothing. A user has no other way in."""

    def __init__(self, folder):
        shell(ROOT / "scripts/ringsight", "--version", timeout=600)  # builds when a source is newer
        self.lib = folder / "lib"
        shutil.copytree(ROOT / "pipeline-app/target/ringsight/lib", self.lib, copy_function=os.link)

    @staticmethod
    def launched(*arguments):
        """As a user starts it for good, with the launcher's settings of the JVM and of memory; a build would disturb it."""
        return [ROOT / "scripts/ringsight", *arguments]

    def command(self, *arguments, jvm=()):
        """Quick to start; for what is over soon."""
        return [java(), *JVM, *jvm, "-Dringsight.home=%s" % ROOT, "-Dfile.encoding=UTF-8", "-cp", "%s/*" % self.lib,
                "io.ringsight.app.Main", *arguments]


class Lab(contextlib.ExitStack):
    """A switch and four hosts, rh1 to rh4, at 10.77.0.1 to 4: one on a machine at a time."""

    def __init__(self):
        super().__init__()
        if os.geteuid():
            raise Skipped("network namespaces need root")
        with contextlib.ExitStack() as stack:
            lock = stack.enter_context(open(os.path.join(os.environ.get("TMPDIR", "/tmp"), "rig.lock"), "w"))
            wait_for_lock(lock, 900)
            shell(RIG / "netlab.sh", "down")  # of a run that was killed
            stack.callback(shell, RIG / "netlab.sh", "down")
            shell(RIG / "netlab.sh", "up", "4")
            self.push(stack.pop_all())
        self.has_netem = False
        self._broker = None

    @property
    def broker(self):
        """One at rh2."""
        if self._broker is None or not self._broker.alive():
            self._broker = Broker("10.77.0.2", " ".join(self.inside("rh2")))
            self.callback(self._broker.close)
            self._broker.start()
        return self._broker

    @staticmethod
    def inside(host):
        return ["ip", "netns", "exec", host]

    def cable(self, host, state):
        """Pulls ("down") or plugs in ("up"); the time just before."""
        at = time.time()
        shell("ip", "-n", "rsw", "link", "set", "p" + host[-1], state)
        return at

    def iptables(self, *arguments, host="rh4"):
        """The time just before, or what it prints when asked to list."""
        at = time.time()
        said = shell(*self.inside(host), "iptables", *arguments)
        return said if "-L" in arguments else at

    def netem(self, rule=""):
        """Real tc-netem on what the camera (rh1) sends; no rule heals. The time after."""
        environment = dict(os.environ, RIG_WORK=str(WORK))
        if not self.has_netem:
            if not (WORK / "vm/initrd.gz").exists():
                raise Skipped("no VM; run scripts/rig/setup.sh vm")
            self.has_netem = True
            self.callback(quiet, RIG / "netem-vm.sh", "down", env=environment)
            quiet(RIG / "netem-vm.sh", "up", env=environment)
        command = "tc qdisc del dev eth0 root 2>/dev/null; " + ("tc qdisc add dev eth0 root netem " + rule if rule else "true")
        said = WORK / "job-netem/done"
        quiet(RIG / "netem-vm.sh", "cmd", command, env=environment)
        expect("rc=0" in said.read_text(), "netem %s: %s" % (rule, said.read_text()))
        return time.time()

    def netem_counts(self):
        """What the kernel counted since netem() set a rule: bytes and packets sent on, packets dropped, packets held back now."""
        quiet(RIG / "netem-vm.sh", "cmd", "tc -s qdisc show dev eth0", env=dict(os.environ, RIG_WORK=str(WORK)))
        said = (WORK / "job-netem/done").read_text()
        found = re.search(r"qdisc netem .*\n *Sent (\d+) bytes (\d+) pkt \(dropped (\d+),.*\n *backlog \w+ (\d+)p", said)
        expect(found, "tc does not tell of netem: " + said)
        return dict(zip(("bytes", "packets", "dropped", "held"), map(int, found.groups())))


def quiet(*command, **keywords):
    """As shell(), for scripts that leave a process behind which would hold a pipe open."""
    status = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, timeout=120, **keywords).returncode
    expect(status == 0, "%s ended with %d" % (" ".join(map(str, command)), status))


def wait_for_lock(lock, limit_s):
    end = time.monotonic() + limit_s
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise Skipped("another lab runs on this machine (rig.lock)") from None
            time.sleep(1)


def source(name, uri, **keys):
    return dict(id=name, uri=uri, **keys)


def yaml(value):
    """JSON is YAML."""
    return json.dumps(value, indent=1)
