"""Rows 39 to 45: the daemon beside others of its kind, its end, its machine."""
import concurrent.futures
import os
import random
import re
import shutil
import socket
import subprocess
import time

from account import Account, Terms
from bench import STARTING_S
from judge import PULSE
from parts import RIG, Skipped, expect, free_port, shell, source, until, yaml
from registry import row
from rows_brokers import KILLED_DUPLICATES, await_own_frame, small_disk
from rows_cameras import camera_source

STOP_LIMIT_S = 10  # a container is killed then


def refused(bench, run, changes, *named):
    """A second daemon with the first one's configuration, changed, ends with 2 and says what is wrong."""
    settings = {**run.settings, "http": {"bind": "127.0.0.1", "port": 0}, **changes}
    config = bench.folder / "second.yaml"
    config.write_text(yaml(settings))
    done = subprocess.run(list(map(str, bench.suite.program.command("run", "-c", config))), cwd=bench.folder, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=STARTING_S)
    expect(done.returncode == 2, "a second daemon ended with %d: %s" % (done.returncode, done.stderr[-400:]))
    for text in named:
        expect(text in done.stderr, "'%s' is not in: %s" % (text, done.stderr[-600:]))
    expect("\tat " not in done.stderr, "a stack trace: " + done.stderr[-600:])


@row(39, "a second daemon; a spool of a later version", fast=True)
def second_daemon(bench):
    lines = bench.folder / "messages.jsonl"
    run = bench.daemon(camera_source("cam", bench.cameras()), sinks=[{"jsonl": {"path": str(lines)}}])
    run.await_frames("cam")
    kafka, jsonl = run.settings["sinks"]
    refused(bench, run, {"sinks": [kafka]}, str(run.process.popen.pid), run.topic)
    refused(bench, run, {"sinks": [jsonl]}, lines.name)
    figures = run.judge(note="a second one on its spool or file: exit 2")
    same = Account([(0, line) for line in lines.read_text().splitlines()])
    expect(same.frames == figures.account.frames and not same.problems(Terms()),
           "the file has %d frames, the topic %d: %s" % (same.frames, figures.account.frames, same.problems(Terms())))
    later = run.spool / ("%020d.spool" % 10**12)
    later.write_bytes(later_version())
    content = {path.name: path.read_bytes() for path in run.spool.glob("*.spool")}
    refused(bench, run, {"sinks": [kafka]}, later.name, "newer")
    expect(content == {path.name: path.read_bytes() for path in run.spool.glob("*.spool")}, "the later version's spool was touched")
    figures.note += "; a later version's spool: exit 2, untouched"
    return figures


def later_version():
    """The head of a file of format 3 (SpoolFormat), and what this version cannot know."""
    head = b"RINGSPL\n" + (3).to_bytes(4, "big") + (10**12).to_bytes(8, "big") + bytes(4)
    return head + crc32c(head).to_bytes(4, "big") + b"of a later day" * 100


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@row(40, "JSON lines renamed, cut off, deleted by others")
def lines_rotated(bench):
    lines = bench.folder / "messages.jsonl"
    run = bench.daemon(camera_source("cam", bench.cameras()), sinks=[{"jsonl": {"path": str(lines)}}])
    run.await_frames("cam")

    def written(what):
        until("lines after it was " + what, 10, lambda: lines.exists() and lines.stat().st_size > 4000)

    written("opened")
    lines.rename(bench.folder / "renamed")
    written("renamed")
    os.link(lines, bench.folder / "deleted")
    lines.unlink()
    written("deleted")
    copy = bench.folder / "copied"
    shutil.copyfile(lines, copy)
    between = lines.stat().st_size - copy.stat().st_size  # what logrotate's copytruncate loses, too
    os.truncate(lines, 0)
    written("cut off")
    figures = run.judge(note="renamed, deleted, copied and cut off (%d bytes came in between)" % between)
    parts = [bench.folder / "renamed", bench.folder / "deleted", copy, lines]
    texts = [part.read_bytes().decode() for part in parts]
    expect(not any("\0" in text for text in texts), "the file has holes")
    read = Account([(0, line) for text in texts for line in text.splitlines()])
    problems = [problem for problem in read.problems(Terms()) if between == 0 or "unaccounted" not in problem]
    expect(not problems, "the lines' count: " + "; ".join(problems))
    gone = figures.account.frames - read.frames
    expect(gone <= (5 if between else 0), "%d frames of the topic are in none of the files" % gone)
    return figures


def throw_into(run, port, thread):
    """An OutOfMemoryError of the JVM's own, as a debugger throws it; the time just before."""
    said = shell("java", RIG / "faults/ThrowError.java", port, thread)
    expect(run.process.popen.poll() in (None, 1), "the daemon ended with %s" % run.process.popen.returncode)
    return int(said.split()[-1]) / 1000


@row(41, "Errors in threads: a source's, Kafka's, others")
def errors_in_threads(bench):
    port = free_port()
    # a camera's thread is in FFmpeg nearly always, where nothing can be thrown into it; a debugger that attaches stops all threads
    run = bench.daemon(source("hit", "synthetic:boxes?width=64&height=64&fps=10"),
                       camera_source("other", bench.cameras(), stallTimeoutMs=10000),
                       jvm=["-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:%d" % port])
    run.await_frames("hit", "other")
    thrown = throw_into(run, port, "source-hit")
    seen = run.watch.gap("hit", "io-error", thrown, within=2)
    again = run.watch.frame("hit", seen, within=10)
    run.watch.undisturbed("other", thrown)
    expect(re.search("hit: the source failed.*OutOfMemoryError", run.process.log(), re.S), "the log does not tell of the source's thread")
    until("ready again (%s)" % (run.ready(),), 10, lambda: run.ready() == (200, "ready\n"))
    broken = throw_into(run, port, "kafka-producer-network-thread")
    until("another producer", 10, lambda: run.metric("ringsight_sink_restarts_total", sink="kafka") > 0)
    renewed = time.time()
    resent = run.watch.frame("other", renewed, within=10)
    epochs = {m["streamEpoch"] for _, m in run.watch.of("hit")}
    for thread in ("ringsight-publish", "ringsight-analyse", "ringsight-collect"):
        throw_into(run, port, thread)
        status = run.process.wait(15)
        expect(status == 1, "after an Error in %s it ended with %d" % (thread, status))
        said = run.process.log()[-1500:]
        expect(re.search("ringsight: .*OutOfMemoryError", said) and "; stopping" in said, "its log ends: " + said)
        await_own_frame(run, "hit", run.start(), epochs)
    return run.judge(seen - thrown, again - seen, "Kafka's thread: another producer, frames after %.1f s; the pipeline's: exit "
                     "code 1, each time" % (resent - broken), reasons=("io-error",), losses={"inference-failed": 0.05},
                     duplicates=KILLED_DUPLICATES)


@row(42, "a recording beside cameras, a sink stuck")
def sink_stuck(bench):
    film = bench.moving_film("long.mp4", 400, 10, "160x120")
    stuck = bench.broker()
    bench.callback(stuck.script, "cont")
    second = {"kafka": {"bootstrapServers": stuck.bootstrap, "topic": "stuck", "queueMessages": 100, "spool": {"enabled": False}}}
    run = bench.daemon(camera_source("cam", bench.cameras()), sinks=[second])
    run.await_frames("cam")
    stuck.script("pause")
    paused = time.time()
    run.settings["sources"].append(source("film", "file:%s" % film))
    run.reload()
    time.sleep(8)
    run.watch.undisturbed("cam", paused)
    frames = len(run.watch.of("cam", paused))
    expect(frames > 60, "%d frames of the camera in 8 s of a stuck sink" % frames)
    stuck.script("cont")
    back = time.time()
    ended = run.watch.first("end of the film", paused, 60, lambda m: m["sourceId"] == "film" and m.get("reason") == "ended")[0]
    figures = run.judge(None, ended - back, "%d frames of the camera in 8 s of a stuck sink" % frames, reasons=("ended",))
    film_lost = {(e, n) for (name, e), r in figures.account.runs.items() if name == "film" for n in r.lost}
    expect(not film_lost, "%d frames of the recording were lost to the sink that works" % len(film_lost))
    return figures


@row(43, "SIGTERM: 64 sources, DNS hangs, a sink stuck", fast=True)
def stop_in_time(bench):
    if os.geteuid():
        raise Skipped("a name server of its own needs root")
    server = bench.own(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    server.bind(("127.0.77.53", 53))  # takes questions and never answers
    resolver = bench.folder / "resolv.conf"
    resolver.write_text("nameserver 127.0.77.53\noptions timeout:30 attempts:5\n")
    stuck = bench.broker()
    bench.callback(stuck.script, "cont")
    second = {"kafka": {"bootstrapServers": stuck.bootstrap, "topic": "stuck", "spool": {"dir": "out/spool"}}}
    camera = bench.cameras()
    sources = [camera_source("cam%d" % i, camera, maxFps=1) for i in range(4)]
    sources += [source("lost%d" % i, "rtsp://camera%d.hangs.example/stream" % i) for i in range(60)]
    run = bench.daemon(*sources, sinks=[second],
                       wrap=["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolver])
    run.await_frames("cam0", "cam1", "cam2", "cam3")
    stuck.script("pause")
    server.settimeout(30)
    expect(server.recv(512), "nobody asked the name server")
    time.sleep(2)
    took = run.stop()
    expect(took <= STOP_LIMIT_S, "SIGTERM took %.1f s" % took)
    figures = run.judge(stop=False, note="60 of 64 sources in DNS, one of 2 sinks stuck: SIGTERM %.1f s" % took, least_frames=8,
                        reasons=("timed-out", "unreachable"), losses={"rate-limit": 0.95})
    stuck.script("cont")
    return figures


@row(44, "200 slow HTTP clients", fast=True)
def slow_probes(bench):
    run = bench.daemon(camera_source("cam", bench.cameras()))
    run.await_frames("cam")
    since = time.time()
    clients = [bench.own(socket.socket()) for _ in range(200)]
    for number, client in enumerate(clients):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # full at once: what it asks for costs the daemon little
        client.settimeout(5)
        client.connect(("127.0.0.1", run.port))
        client.settimeout(0.2)
        try:
            client.sendall((b"", b"G", b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n", b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)[number % 4])
        except OSError:  # it may have been thrown out already
            pass

    def probe(_):
        at = time.time()
        return run.get("/live") == "live\n", time.time() - at

    answers = [probe(number) for number in range(100)]
    with concurrent.futures.ThreadPoolExecutor(4) as several:
        answers += several.map(probe, range(20))
    good, longest = sum(ok for ok, _ in answers), max(took for _, took in answers)
    expect(good == len(answers), "/live was answered %d times of %d" % (good, len(answers)))
    late = PULSE.since(since)
    expect(longest < 1 + late, "/live took %.2f s (and %.2f s are allowed for a busy machine)" % (longest, late))
    PULSE.granted = max(PULSE.granted, longest - 1)
    run.watch.undisturbed("cam", since)
    return run.judge(note="/live answered %d of %d times, in %.0f ms at the longest" % (good, len(answers), 1000 * longest))


@row(45, "native libraries: noexec, full, killed while unpacked", fast=True)
def native_libraries(bench):
    if os.geteuid():
        raise Skipped("mounting needs root")
    place, chance = bench.folder / "natives", random.Random(45)
    kills = 5
    for _ in range(kills):
        started = bench.doctor({"RINGSIGHT_NATIVE_DIR": str(place)}, bench.folder / "killed.log")
        until("files being unpacked", 30, lambda: place.exists() and any(place.iterdir()) or not started.runs())  # noqa: B023
        time.sleep(chance.uniform(0, 0.4))
        started.close()
    for part in place.rglob("*.part"):
        os.utime(part, (1e9, 1e9))  # the next start comes later
    noexec = small_disk(bench, "noexec", "400m")
    shell("mount", "-o", "remount,noexec", noexec)
    tiny = small_disk(bench, "tiny", "2m")
    for folder, reason in ((noexec, "noexec"), (tiny, "space")):
        refusal = bench.doctor({"RINGSIGHT_NATIVE_DIR": str(folder / "natives")}, bench.folder / (reason + ".log"))
        refusal.wait(60)
        said = refusal.log()
        line = re.search(r"no +library cache +.*", said)
        for text in (reason, str(folder), "RINGSIGHT_NATIVE_DIR"):
            expect(line and text in line.group(0), "%s: %s" % (text, said[:600]))
    run = bench.daemon(camera_source("cam", bench.cameras()), environment={"RINGSIGHT_NATIVE_DIR": str(place)},
                       jvm=["-Djava.io.tmpdir=%s" % noexec])
    run.await_frames("cam")
    names = [path.name for path in place.rglob("*") if path.is_file()]
    parts = [name for name in names if name.endswith(".part")]
    expect(not parts, "%d kills left %s" % (kills, parts))
    return run.judge(note="%d kills while unpacking left nothing behind; noexec and a full disk are named" % kills)
