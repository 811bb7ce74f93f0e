"""Rows 36 to 38: what a broker takes and what not: its clock, its limits; and the daemon's own clock."""
import json
import re
import shutil
import struct
import time

from bench import STARTING_S
from parts import MODEL, RIG, Skipped, expect, shell, until
from registry import row
from rows_brokers import KILLED_DUPLICATES, await_own_frame
from rows_cameras import camera_source
from rows_spool import spooled

YEARS_H = 2 * 365 * 24
CAMERA_BESIDE_A_CLOCK = ("stalled", "disconnected", "time-stopped", "frozen")  # what a step may cost the camera


class WrongClock:
    """The clock of one process, set at will while it runs; what counts seconds since its start goes on."""

    def __init__(self, folder):
        if not shutil.which("cc"):
            raise Skipped("no C compiler; run scripts/rig/setup.sh observers")
        library, self.file = folder / "clock.so", folder / "clock"
        shell("cc", "-O2", "-shared", "-fPIC", "-o", library, RIG / "chaos/clock.c", "-ldl")
        self.file.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": str(library), "CHAOS_CLOCK": str(self.file)}

    def set(self, hours):
        """So many hours ahead; the time just before."""
        at = time.time()
        with open(self.file, "r+b", buffering=0) as out:  # the process has it mapped
            out.write(struct.pack("=q", hours * 3600))
        return at


@row(36, "clock ahead of the broker's, then behind")
def clock_apart(bench):
    clock = WrongClock(bench.folder)
    run = bench.daemon(camera_source("cam", bench.cameras()), environment=clock.environment)
    run.await_frames("cam")
    ahead = clock.set(2)
    until("state clock-refused (is %s)" % run.sink_state(), 30, lambda: run.sink_state() == "clock-refused")
    detected = time.time() - ahead
    said = run.process.log()
    expect("clock is ahead" in said, "the log does not name the clock: %s" % said[-300:])
    time.sleep(2)
    set_right = clock.set(0)
    again = run.watch.frame("cam", set_right, within=30)
    behind = clock.set(-2)
    run.watch.frame("cam", behind + 2, within=10)
    letters = run.metric("ringsight_sink_dead_letters_total", sink="kafka")
    expect(not letters, "%d messages became dead letters" % letters)
    clock.set(0)
    run.watch.frame("cam", time.time(), within=10)
    return run.judge(detected, again - set_right, "2 h ahead: held, and the state says why; 2 h behind: taken",
                     reasons=CAMERA_BESIDE_A_CLOCK)


@row(37, "a batch refused in part; dead letters")
def refused_in_part(bench):
    """Old records are refused and may come again with a new time; large ones never."""
    board = bench.cameras("--cam", "file=%s:/cam" % bench.film("slow.mp4", fps=2))  # the real model must keep up
    plain = bench.cameras("--cam", "h264:/cam", "--size", "320x240", "--fps", "2", "--gop", "2")
    broker = bench.broker(EXTRA="message.timestamp.before.max.ms=2000\nlog.message.timestamp.before.max.ms=2000\nmessage.max.bytes=1000")
    bench.callback(broker.script, "cont")
    run = bench.daemon(camera_source("board", board), camera_source("plain", plain), broker=broker, pipeline={"model": str(MODEL)})
    run.await_frames("plain")
    broker.script("pause")
    time.sleep(6)
    broker.script("cont")
    back = time.time()
    again = run.watch.frame("plain", back + 2, within=30) - 2
    until("what was held to be sent", 30, lambda: run.metric("ringsight_sink_queue_messages", sink="kafka") < 20)
    figures = run.judge(None, again - back, losses={"not-published": 0.7, "overload": 0.2}, late=5)
    letters = [json.loads(line) for line in (run.spool / "dead-letters.jsonl").read_text().splitlines()]
    set_aside = {(m["sourceId"], m["frameSeq"]) for m in (letter["message"] for letter in letters) if m["type"] == "frame"}
    expect({name for name, _ in set_aside} == {"board"}, "dead letters of %s" % sorted({name for name, _ in set_aside}))
    lost = figures.account.lost["not-published"]
    expect(len(set_aside) == lost, "%d frames are in dead letters, %d are counted as not-published" % (len(set_aside), lost))
    expect(all("TooLarge" in letter["reason"] for letter in letters), "reasons: %s" % {letter["reason"] for letter in letters})
    figures.note = "held %d s, times too old: sent again; %d too large: each a dead letter and in a gap" % (again - back + 6, lost)
    return figures


@row(38, "clock set by years, or back; the broker away")
def clock_set(bench):
    """A machine without a clock of its own: years behind until a time server answers."""
    clock = WrongClock(bench.folder)
    broker = bench.broker(EXTRA="log.retention.ms=-1")  # or the broker deletes what seems to be years old
    clock.set(-YEARS_H)
    run = bench.daemon(camera_source("cam", bench.cameras()), broker=broker, environment=clock.environment)
    run.await_frames("cam")

    def while_away(hours):
        """The clock is set while messages wait in the spool; seconds from the broker's return to the next frame."""
        broker.kill()
        spooled(run, 30)
        clock.set(hours)
        spooled(run, 60)
        broker.start()
        back = time.time()
        return run.watch.frame("cam", back, within=30) - back

    recovered = max(while_away(0), while_away(-2))
    epochs = {m["streamEpoch"] for _, m in run.watch.of("cam")}
    broker.kill()
    for hours in (-YEARS_H, 0):  # two runs that are killed, the later one with the earlier clock
        until("frames", STARTING_S, lambda: run.metric("ringsight_frames_published_total", source="cam") >= 30)
        run.kill()
        clock.set(hours)
        started = run.start()
    until("frames", STARTING_S, lambda: run.metric("ringsight_frames_published_total", source="cam") >= 30)
    clock.set(-2)  # while the sink has never found a broker
    broker.start()
    await_own_frame(run, "cam", started, epochs)
    figures = run.judge(recovered=recovered, note="set by %d years and by -2 h; then 2 runs killed, the later with the earlier "
                        "clock, and set by -2 h before its first connection" % (YEARS_H / 24 / 365), reasons=(*CAMERA_BESIDE_A_CLOCK, "unknown"), duplicates=2 * KILLED_DUPLICATES)
    in_topic = list(dict.fromkeys(m["streamEpoch"] for _, m in run.watch.messages if m["sourceId"] == "cam"))
    started = re.findall(r"epoch (\w+), to ", run.process.log())
    expect(in_topic == started, "runs started as %s, but came in the order %s" % (started, in_topic))
    expect(figures.account.reasons["unknown"] == 2, "2 runs were killed, but %d gap messages say so"
           % figures.account.reasons["unknown"])
    return figures
