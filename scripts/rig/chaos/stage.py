"""What seeds share: the program, models and a film; and for each of those that run at once a broker with its wire."""
import contextlib
import os
import pathlib
import shutil
import subprocess

import onnx
from parts import RIG, WORK, Broker, Failed, Program, Skipped, free_port, java, shell
from wire import Wire

HERE = pathlib.Path(__file__).resolve().parent


class Props:
    """For all seeds."""

    def __init__(self, folder):
        self.folder = folder
        self.model, self.throwing_model, self.film = folder / "tiny.onnx", folder / "throws.onnx", folder / "film.mp4"
        self.model.write_bytes(onnx.tiny())
        self.throwing_model.write_bytes(onnx.tiny(throws=True))
        shell("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=128x128:rate=25", "-t", "3", "-pix_fmt", "yuv420p",
              "-c:v", "libx264", "-preset", "veryfast", self.film)
        self.program = Program(folder)
        self.has_disks = os.geteuid() == 0
        self.clock = folder / "clock.so"
        self.has_clock = shutil.which("cc") is not None
        if self.has_clock:
            shell("cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", self.clock, HERE / "clock.c", "-ldl")

    def missing(self):
        """What this machine cannot do, a sentence each."""
        if not self.has_disks:
            yield "no disk is filled: that needs root"
        if not self.has_clock:
            yield "no clock is set: that needs a C compiler (scripts/rig/setup.sh observers)"


class Stage(contextlib.ExitStack):
    """A broker of its own, reached over a wire by the daemon and directly by those who judge it."""

    def __init__(self):
        super().__init__()
        if not (WORK / "kafka/lib/.complete").exists():
            raise Skipped("no Kafka broker in %s; run scripts/rig/setup.sh kafka observers" % WORK)
        self.wire = Wire()
        self.callback(self.wire.close)
        port = free_port()
        self.broker = Broker(PORT=str(port), EXTRA="\n".join([
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found=true", "super.users=User:admin", "early.start.listeners=CONTROLLER"]))
        self.wire.target_port = self.broker.vm_port
        # the listener meant for a virtual machine is the one behind the wire here; the last line of a key counts
        self.broker.environment["EXTRA"] += "\nadvertised.listeners=PLAINTEXT://127.0.0.1:%d,VM://127.0.0.1:%d" % (
            port, self.wire.port)
        self.callback(self.broker.close)
        self.broker.start()
        self.paused = False
        command = [java(), "-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                   "%s/*:%s" % (WORK / "kafka/lib", RIG / "kafka"), RIG / "kafka/TopicAdmin.java", self.broker.bootstrap]
        self.admin = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, text=True)
        self.callback(self.admin.wait)
        self.callback(self.admin.stdin.close)

    @property
    def answers(self):
        return self.broker.alive() and not self.paused

    def ask(self, *words):
        """A command of TopicAdmin; whether it was done."""
        if not self.answers:
            return False
        print(*words, file=self.admin.stdin, flush=True)
        said = self.admin.stdout.readline()
        if not said:
            raise Failed("TopicAdmin ended")
        return said == "ok\n"

    def pause(self):
        if self.answers:
            self.broker.script("pause")
            self.paused = True

    def go_on(self):
        if self.paused and self.broker.alive():
            self.broker.script("cont")
        self.paused = False

    def kill(self):
        if self.broker.alive():
            self.broker.kill()
        self.paused = False

    def heal(self):
        self.wire.heal()
        self.go_on()
        if not self.broker.alive():
            self.broker.start()
