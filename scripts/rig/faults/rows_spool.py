"""Rows 32 to 35: the daemon's spool on a disk that flips bits, tears records, or is full."""
import contextlib
import os
import random
import time

from parts import Skipped, expect, source, until
from registry import row
from rows_brokers import KILLED_DUPLICATES, KILLS, await_own_frame, expect_published, fill, small_disk
from rows_cameras import camera_source

WINDOW = 2500  # what the sink holds in memory for the broker; what is beyond it is read back from the disk
MAGIC = b"\xffRS\x02"  # each record of a spool file begins so


def spool_files(run):
    """Oldest first."""
    return sorted(run.spool.glob("*.spool"))


def flip(path, at, bit=3):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))


def records(path):
    """Where records begin, and the end of the file."""
    data = path.read_bytes()
    at, found = data.find(MAGIC), []
    while at >= 0:
        found.append(at)
        at = data.find(MAGIC, at + 1)
    return [*found, len(data)]


def in_text(begin, end):
    """A byte in the middle of a record's text, which is its last part."""
    return end - (end - begin) // 4


def spooled(run, count):
    until("%d messages in the spool" % count, 60, lambda: run.metric("ringsight_sink_spool_messages", sink="kafka") >= count)


@row(32, "spool: bits flipped, last record torn, while stopped", fast=True)
def flipped_while_stopped(bench):
    broker = bench.broker()
    run = bench.daemon(camera_source("cam", bench.cameras()), broker=broker)
    run.await_frames("cam")
    broker.kill()
    spooled(run, 60)
    published = {0: run.metric("ringsight_frames_published_total", source="cam")}
    run.kill()
    file = spool_files(run)[-1]
    begins = records(file)
    expect(len(begins) > 40, "only %d records in %s" % (len(begins) - 1, file.name))
    flip(file, in_text(begins[10], begins[11]))  # its head still says whose frame it is
    flip(file, begins[20] + 8)  # in the head of another
    os.truncate(file, (begins[-2] + begins[-1]) // 2)
    broker.start()
    started = run.start()
    run.await_frames("cam", after=started)
    damaged = run.metric("ringsight_sink_spool_damaged_total", sink="kafka")
    again = run.watch.messages[-1][0]
    copies = len(list((run.spool / "damaged").iterdir()))
    figures = run.judge(None, again - started, "2 bits flipped: %d messages damaged, %d copies kept; last record torn"
                        % (damaged, copies), reasons=("unknown",), unknown=2, duplicates=KILLED_DUPLICATES)
    expect(damaged == 2 and copies >= 2, "2 records were damaged, %d counted, %d copies kept" % (damaged, copies))
    expect(figures.account.unknown == 2, "2 frames were damaged, but %d are told of as unknown" % figures.account.unknown)
    expect_published(figures.account, "cam", published, spared=1)  # the torn one
    return figures


@row(33, "spool: bits flipped under a backlog, while it runs", fast=True)
def flipped_while_running(bench):
    film = bench.moving_film("long.mp4", 400, 10, "160x120")
    broker = bench.broker()
    run = bench.daemon(camera_source("cam", bench.cameras()), broker=broker)
    run.await_frames("cam")
    broker.kill()
    run.settings["sources"].append(source("film", "file:%s" % film))
    run.reload()
    spooled(run, WINDOW + 1000)
    file = max(spool_files(run), key=lambda f: f.stat().st_size)
    begins = records(file)[WINDOW - len(records(file)):]  # behind what is in memory
    expect(len(begins) > 400, "only %d records are read back from the disk" % len(begins))
    for number in (100, 200, 300):
        flip(file, in_text(begins[number], begins[number + 1]))
    flip(file, begins[400] + 8)
    broker.start()
    back = time.time()
    until("the film's end", 60, lambda: any(m["type"] == "gap" and m["reason"] == "ended" for _, m in run.watch.of("film", kind="gap")))
    damaged = run.metric("ringsight_sink_spool_damaged_total", sink="kafka")
    again = run.watch.frame("cam", back, within=30)
    figures = run.judge(None, again - back, "4 bits flipped: %d messages damaged" % damaged, unknown=4, reasons=("ended",))
    expect(damaged == 4 == figures.account.unknown,
           "4 records were damaged, %d counted, %d frames told of as unknown" % (damaged, figures.account.unknown))
    return figures


@row(34, "killed again and again, bits flipped in between", fast=True)
def killed_and_flipped(bench):
    kills = min(KILLS, 3) if bench.suite.fast else KILLS
    seed = int(os.environ.get("RINGSIGHT_FAULT_SEED", "34"))
    chance = random.Random(seed)
    broker = bench.suite.broker
    run = bench.daemon(camera_source("cam", bench.cameras()), broker=broker)
    published, flips, worst, epochs = {}, 0, 0.0, set()
    for number in range(kills):
        started = run.start() if number else time.time()
        await_own_frame(run, "cam", started, epochs)
        worst = max(worst, time.time() - started)
        if number % 3 != 2:  # else only what is on its way is in the spool
            broker.kill()
        time.sleep(chance.uniform(0.5, 3))
        published[number] = run.metric("ringsight_frames_published_total", source="cam")
        run.kill()
        flips += flip_anywhere(run, chance)
        if not broker.alive():
            broker.start()
    await_own_frame(run, "cam", run.start(), epochs)
    note = "%d kills, %d bits flipped (seed %d)" % (kills, flips, seed)
    figures = run.judge(recovered=worst, note=note, reasons=("unknown",), unknown=sum(map(int, published.values())),
                        duplicates=10**6)
    # what a flip costs is bounded: one message, or what was read back twice because the note of what was answered is gone
    expect(figures.account.unknown <= 5 * flips, "%d bits cost %d frames" % (flips, figures.account.unknown))
    expect_published(figures.account, "cam", published, spared=flips)
    figures.note += "; %d frames unknown" % figures.account.unknown
    return figures


def flip_anywhere(run, chance):
    """One to three bits in any files of the spool; how many."""
    files = [f for f in run.spool.iterdir() if f.is_file() and f.stat().st_size]
    flips = chance.randint(1, 3)
    for _ in range(flips):
        file = chance.choice(sorted(files))
        flip(file, chance.randrange(file.stat().st_size), chance.randrange(8))
    return flips


@row(35, "spool: its disk full, then room again")
def spool_disk_full(bench):
    if os.geteuid():
        raise Skipped("a full disk needs root")
    disk = small_disk(bench, "spool-disk", "8m")
    broker = bench.broker()
    run = bench.daemon(camera_source("cam", bench.cameras()), broker=broker, kafka={"spool": {"dir": str(disk / "spool")}})
    run.await_frames("cam")
    broker.kill()
    spooled(run, 10)
    filler, filled = fill(disk)
    until("disk-full in /ready or the sink's state (is %s, %s)" % (run.sink_state(), run.ready()), 40,
          lambda: run.sink_state() == "disk-full" or "disk" in run.ready()[1])
    detected = time.time() - filled
    time.sleep(2)
    filler.unlink()
    time.sleep(2)
    broker.start()
    back = time.time()
    again = run.watch.frame("cam", back, within=40)
    with contextlib.suppress(ValueError):
        errors = int(run.metric("ringsight_sink_disk_errors_total", sink="kafka"))
    expect(errors > 0, "no disk error is counted")
    return run.judge(detected, again - back, "%d disk errors" % errors)
