"""Rows 24 to 29 and 31: brokers, load, and the daemon itself."""
import os
import random
import re
import socket
import statistics
import time
from contextlib import suppress

from bench import STARTING_S, instant
from judge import PULSE
from parts import MODEL, RIG, WORK, Cluster, Failed, expect, shell, until
from registry import row
from rows_cameras import camera_source

AWAY_S = int(os.environ.get("RINGSIGHT_FAULT_AWAY_S", "600"))
KILLED_DUPLICATES = 30  # a kill: what was on its way, acknowledged, and not yet noted down
KILLS = int(os.environ.get("RINGSIGHT_FAULT_KILLS", "50"))


def judge_acknowledged(run, **keywords):
    """As judge(); what the daemon takes for acknowledged must be there, by kcat's count, each once."""
    until("the queue to empty", 30, lambda: run.metric("ringsight_sink_queue_messages", sink="kafka") < 20)
    acknowledged = run.metric("ringsight_sink_acknowledged_total", sink="kafka")
    figures = run.judge(**keywords)
    expect(figures.account.distinct >= acknowledged,
           "%d messages were acknowledged, kcat finds %d" % (acknowledged, figures.account.distinct))
    figures.note = ("%s; " % figures.note if figures.note else "") + "%d acknowledged, %d read" % (
        acknowledged, figures.account.distinct)
    return figures


@row(24, "inference slower than the cameras", fast=True)
def overloaded(bench):
    film = bench.film("fast.mp4", 8, 30)
    cameras = bench.cameras(*[o for i in range(3) for o in ("--cam", "file=%s:/cam%d" % (film, i))])
    run = bench.daemon(*[camera_source("cam%d" % i, cameras, "/cam%d" % i) for i in range(3)], pipeline={"lanes": 1, "model": str(MODEL)})
    live = run.await_frames("cam0", "cam1", "cam2")
    time.sleep(3)
    rss = run.process.rss_mb()
    time.sleep(5)
    grown = run.process.rss_mb() - rss
    expect(grown < 40, "memory grew by %.0f MB in 5 s" % grown)
    ages = []
    for i in range(3):
        frames = [m for _, m in run.watch.of("cam%d" % i, live)]
        expect(len(frames) > 10, "cam%d starves: %d frames" % (i, len(frames)))
        ages += [sum(m["stages"][s] for s in ("queueNs", "preprocessNs", "inferNs", "postNs")) / 1e6 for m in frames]
    figures = run.judge(note="frames %.0f ms in the pipeline, at most %.0f; memory %+.0f MB in 5 s"
                        % (statistics.median(ages), max(ages), grown), losses={"overload": 0.98})
    expect(figures.account.lost["overload"] > 50, "no overload: the row made no load")
    expect(max(ages) < 1000 + 1000 * PULSE.since(live), "a frame spent %.0f ms in the pipeline: newest does not win" % max(ages))
    return figures.add(inference_throws(bench))


def inference_throws(bench):
    """A model that fails while it runs, for bright pictures only."""
    white = bench.folder / "white.mp4"
    shell("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=white:size=320x320:rate=10", "-t", "5", "-c:v", "libx264",
          "-pix_fmt", "yuv420p", white)
    bright, dark = bench.cameras("--cam", "file=%s:/cam" % white), bench.cameras()
    run = bench.daemon(camera_source("bright", bright, frozenTimeoutMs=0), camera_source("dark", dark),
                       pipeline={"model": str(bench.suite.throwing_model)})
    run.await_frames("dark")
    failed = until("failed frames", 20, lambda: run.metric("ringsight_frames_inference_failed_total", source="bright"))
    since = time.time()
    time.sleep(2)
    expect(not run.watch.of("bright", since), "frames whose inference fails are published")
    run.watch.undisturbed("dark", since)
    figures = run.judge(note="a model that throws fails its own frames only",
                        losses={"inference-failed": 0.7})
    expect(figures.account.lost["inference-failed"] >= failed, "failed frames are not in the topic's gaps")
    return figures


@row(25, "broker killed, or stopped, up to a minute", fast=True)
def broker_killed(bench):
    camera = bench.cameras()
    broker = bench.suite.broker
    bench.callback(broker.script, "cont")
    run = bench.daemon(camera_source("cam", camera))
    run.await_frames("cam")

    def outage(begin, end, seconds):
        decoded, began = run.metric("ringsight_frames_decoded_total", source="cam"), begin()
        time.sleep(seconds)
        rate = (run.metric("ringsight_frames_decoded_total", source="cam") - decoded) / (time.time() - began)
        expect(rate > 7, "the camera's thread was held up: %.1f of 10 frames/s while the broker was away" % rate)
        end()
        back = time.time()
        return run.watch.frame("cam", back, within=30) - back

    killed = outage(broker.kill, broker.start, 4)
    paused = outage(lambda: broker.script("pause"), lambda: broker.script("cont"), 6)
    figures = judge_acknowledged(run, recovered=max(killed, paused), note="killed 4 s, paused 6 s")
    return figures


def backlog_caught_up(run, sources, back):
    """When everything made before a time had come."""
    def made_before():
        return [at for name in sources for at, m in run.watch.of(name) if instant(m["publishedAt"]) <= back]
    until("the backlog to arrive", 120, lambda: all(
        any(instant(m["publishedAt"]) > back for _, m in run.watch.of(name)[-5:]) for name in sources))
    return max(made_before())


def p99_ms(run, sources, begin, end):
    stages = ("queueNs", "preprocessNs", "inferNs", "postNs")
    spent = sorted(sum(m["stages"][s] for s in stages) / 1e6 for name in sources
                   for _, m in run.watch.of(name) if begin <= instant(m["publishedAt"]) <= end)
    return spent[int(len(spent) * 0.99)] if spent else float("nan")


@row(26, "broker away for long")
def broker_away(bench):
    names = ["cam%d" % i for i in range(4)]
    cameras = bench.cameras(*[o for name in names for o in ("--cam", "h264:/" + name)])
    broker = bench.broker()
    run = bench.daemon(*[camera_source(name, cameras, "/" + name) for name in names], broker=broker)
    run.await_frames(*names)
    time.sleep(30)
    killed, rss = broker.kill(), run.process.rss_mb()
    time.sleep(AWAY_S)
    grown = run.process.rss_mb() - rss
    broker.start()
    back = time.time()
    caught = backlog_caught_up(run, names, back)
    before, during = p99_ms(run, names, killed - 20, killed), p99_ms(run, names, killed, back)
    figures = run.judge(recovered=caught - back, note="away %d s; caught up %.0f times faster than real time; memory %+.0f MB; "
                        "p99 in the pipeline %.2f ms before, %.2f ms during" % (
                            AWAY_S, (back - killed) / max(caught - back, 0.01), grown, before, during))
    expect(grown < 50, "memory grew by %.0f MB" % grown)
    expect((back - killed) / max(caught - back, 0.01) >= 5, "catching up took %.0f s" % (caught - back))
    # a frame passes four threads; what others compute on this machine delays each
    machine = PULSE.HOPS * max(0.0, PULSE.p99_ms(killed, back) - PULSE.p99_ms(killed - 20, killed))
    expect(during <= max(before * 1.1, before + 1) + machine, "p99 %.2f ms before, %.2f ms during the outage (and %.2f ms for a "
           "busy machine)" % (before, during, machine))
    return figures


# kcat must not be what is late: it, too, was asking the leader
KCAT_MOVES = ["-X", "socket.timeout.ms=2000", "-X", "topic.metadata.refresh.interval.ms=1000", "-X", "fetch.wait.max.ms=10"]
TAKE_OVER_S = 8  # the cluster gives a broker up after 2 s
REQUEST_TIMEOUT_S = 10  # the producer's: until then it waits for an answer of the one that was cut off
GO_ON_S = 4  # kcat has to move, too


def leader(lab, cluster, topic, without=None):
    """Who the others say leads the topic's partition, by kcat; 0 if nobody."""
    brokers = ",".join(broker.bootstrap for i, broker in cluster.brokers.items() if i != without)
    with suppress(Failed):
        said = shell(*lab.inside("rh4"), "kcat", "-L", "-m", "2", "-b", brokers, "-t", topic)
        return int(re.search(r"partition 0, leader (-?\d+)", said).group(1))
    return 0


@row(27, "leader cut off, three brokers", lab=True)
def leader_cut_off(bench):
    lab = bench.lab
    cluster = Cluster(lab, bench)
    camera = bench.cameras(address="10.77.0.4", netns=lab.inside("rh4"))
    run = bench.in_lab(camera_source("cam", camera), broker=cluster, kcat=KCAT_MOVES)
    run.await_frames("cam")
    old = until("a leader", 20, lambda: leader(lab, cluster, run.topic))
    bench.callback(lab.cable, "rh%d" % old, "up")
    cut = lab.cable("rh%d" % old, "down")
    until("another leader", TAKE_OVER_S, lambda: leader(lab, cluster, run.topic, old) in {1, 2, 3} - {old})
    taken_over = time.time()
    may_go_on = max(taken_over, cut + REQUEST_TIMEOUT_S)
    again = run.watch.frame("cam", taken_over, within=may_go_on - taken_over + GO_ON_S)
    new = leader(lab, cluster, run.topic, old)
    expect(new in {1, 2, 3} - {old}, "leader was %d, which is cut off, and is %d" % (old, new))
    time.sleep(2)
    plugged = lab.cable("rh%d" % old, "up")
    run.watch.frame("cam", plugged + 1, within=5)
    return judge_acknowledged(run, recovered=again - cut, note="%d took over from %d after %.1f s; frames %.1f s after the cut"
                              % (new, old, taken_over - cut, again - cut))


@row(28, "disk full, rights, certificate, record too large")
def broker_refuses(bench):
    figures = too_large(bench)
    figures.add(rights_and_certificate(bench))
    return figures.add(bench.nothing("disk full needs root") if os.geteuid() else disk_full(bench))


def too_large(bench):
    """The record's frame is lost and says so; nothing behind it waits."""
    board = bench.cameras("--cam", "file=%s:/cam" % bench.film())
    plain = bench.cameras()
    broker = bench.broker(EXTRA="message.max.bytes=1000")
    run = bench.daemon(camera_source("board", board), camera_source("plain", plain), broker=broker, pipeline={"model": str(MODEL)})
    live = run.await_frames("plain")
    time.sleep(6)
    expect(len(run.watch.of("plain", live)) > 20, "records that fit do not pass those that do not")
    refused = run.metric("ringsight_sink_dead_letters_total", sink="kafka")
    expect(refused > 0, "no record was set aside: the row made no fault")
    return run.judge(note="%d records too large set aside" % refused, losses={"not-published": 0.6})


def rights_and_certificate(bench):
    authorizer = "\n".join([
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users=User:admin;User:ANONYMOUS", "early.start.listeners=CONTROLLER", "allow.everyone.if.no.acl.found=true"])
    broker = bench.broker(TLS="1", EXTRA=authorizer)
    camera = bench.cameras()
    run = bench.daemon(camera_source("cam", camera), broker=broker, kafka={"properties": broker.properties()},
                       kcat=["-F", str(broker.home / "kcat.conf")],
                       verify=["--properties", str(broker.home / "client.properties")])
    run.await_frames("cam")
    detected, recovered = [], []

    def fault(state, begin, end):
        began = begin()
        until("sink state %s (is %s)" % (state, run.sink_state()), 30, lambda: run.sink_state() == state)
        detected.append(time.time() - began)
        end()
        healed = time.time()
        recovered.append(run.watch.frame("cam", healed, within=40) - healed)

    fault("not-authorized", lambda: write_right(broker, run.topic, "deny"), lambda: write_right(broker, run.topic, "allow"))
    good = (broker.home / "tls/broker.pem").read_bytes()
    fault("tls-failed", lambda: certificate(broker, expired(broker)), lambda: certificate(broker, good))
    return run.judge(max(detected), max(recovered), "not-authorized and tls-failed are told apart")


def write_right(broker, topic, verb):
    at = time.time()
    admin = broker.home / "admin.properties"
    admin.write_text((broker.home / "client.properties").read_text().replace('"app"', '"admin"').replace(
        '"%s"' % "s3cret", '"adm1n"'))
    shell("java", "-cp", "%s/*" % (WORK / "kafka/lib"), RIG / "kafka/WriteRight.java", broker.bootstrap, admin, topic, verb)
    return at


def expired(broker):
    """A certificate of the same authority whose time is over, with its key."""
    tls = broker.home / "tls"
    shell("openssl", "x509", "-req", "-days", "-1", "-in", tls / "broker.csr", "-CA", tls / "ca.pem", "-CAkey", tls / "ca.key",
          "-CAcreateserial", "-extfile", tls / "san", "-out", tls / "expired.crt")
    return (tls / "broker.key").read_bytes() + (tls / "expired.crt").read_bytes()


def certificate(broker, pem):
    broker.kill()
    (broker.home / "tls/broker.pem").write_bytes(pem)
    at = time.time()
    broker.script("up")
    until("the broker's port", 60, broker.answers)
    return at


def small_disk(bench, name, size):
    """A file system of its own, in memory."""
    folder = bench.folder / name
    folder.mkdir()
    shell("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder)
    bench.callback(shell, "umount", "-l", folder)
    return folder


def fill(folder):
    """Not a byte is free; the file that took them, and when."""
    filler, at = folder / "filler", time.time()
    with open(filler, "wb", buffering=0) as out, suppress(OSError):
        while True:
            out.write(bytes(4096))
    return filler, at


def disk_full(bench):
    disk = small_disk(bench, "broker-disk", "24m")
    broker = bench.broker(DATA=str(disk / "logs"))
    run = bench.daemon(camera_source("cam", bench.cameras()), broker=broker)
    run.await_frames("cam")
    filler, filled = fill(disk)
    until("a failed sink (is %s)" % run.sink_state(), 60, lambda: run.sink_state() not in ("ready", "connecting"))
    detected, state = time.time() - filled, run.sink_state()
    filler.unlink()
    if broker.alive():
        broker.kill()
    broker.start()
    back = time.time()
    again = run.watch.frame("cam", back, within=40)
    return run.judge(detected, again - back, "broker's disk full: %s" % state)


def expect_published(account, source, published, spared=0):
    """A frame that a run counted as published before it was killed is in the topic, or told of as unknown. published: by number of the
    run; spared: frames of which nothing can be known."""
    epochs = sorted({epoch for name, epoch in account.runs if name == source})  # time-ordered ids
    expect(len(epochs) == len(published) + 1, "%d runs, but %d in the topic; frames published at the kills: %s"
           % (len(published) + 1, len(epochs), list(published.values())))
    for number, count in published.items():
        run = account.runs[source, epochs[number]]
        found = len(run.delivered) + len(run.unknown_only())
        expect(found >= count - spared, "run %d had published %d frames when it was killed, kcat finds %d" % (number, count, found))


def await_own_frame(run, source, started, epochs):
    """Until the topic has a frame of the run that was just started; first its spool may give those of the runs before (epochs)."""
    run.watch.frame(source, started, STARTING_S, lambda m: m["streamEpoch"] not in epochs)
    epochs.update(m["streamEpoch"] for _, m in run.watch.of(source))


@row(29, "daemon killed, SIGTERM, own disk, heap full", fast=True)
def daemon_killed(bench):
    kills = min(KILLS, 2) if bench.suite.fast else KILLS
    chance = random.Random(29)
    camera = bench.cameras()
    broker = bench.suite.broker
    run = bench.daemon(camera_source("cam", camera), broker=broker)
    published, worst, away, epochs = {}, 0.0, 0, set()
    for number in range(kills):
        started = run.start() if number else time.time()
        await_own_frame(run, "cam", started, epochs)
        worst = max(worst, time.time() - started)
        if number % 5 == 1:  # the broker is away or flapping when it dies
            away += 1
            broker.kill()
            time.sleep(chance.uniform(0.2, 2))
            if chance.random() < 0.5:
                broker.start()
        time.sleep(chance.uniform(0.1, 2.5))
        published[number] = run.metric("ringsight_frames_published_total", source="cam")
        run.kill()
        if not broker.alive():
            broker.start()
    await_own_frame(run, "cam", run.start(), epochs)
    took = run.stop()
    figures = run.judge(recovered=worst, reasons=("unknown",), duplicates=KILLED_DUPLICATES * kills, stop=False)
    expect(took < 15, "SIGTERM took %.0f s" % took)
    expect_published(figures.account, "cam", published)
    figures.note = "%d kills, %d with the broker away; %d frames had been published at the kills, %d read; SIGTERM %.1f s" % (
        kills, away, sum(published.values()), figures.account.frames, took)
    figures.add(own_disk_full(bench, camera))
    return figures.add(heap_full(bench, camera))


def own_disk_full(bench, camera):
    if os.geteuid():
        return bench.nothing("own disk full needs root")
    disk = small_disk(bench, "own-disk", "1m")
    run = bench.daemon(camera_source("cam", camera), sinks=[{"jsonl": {"path": str(disk / "messages.jsonl")}}])
    run.await_frames("cam")
    filler, filled = fill(disk)
    until("state disk-full (is %s)" % run.sink_state("jsonl"), 30, lambda: run.sink_state("jsonl") == "disk-full")
    detected = time.time() - filled
    run.watch.undisturbed("cam", filled)
    filler.unlink()
    freed = time.time()
    until("state ready", 15, lambda: run.sink_state("jsonl") == "ready")
    return run.judge(note="own disk full seen after %.1f s, written again %.1f s after there was room"
                     % (detected, time.time() - freed))


def heap_full(bench, camera):
    """No heap to live in: it must end by itself and say why, not hang."""
    run = bench.daemon(camera_source("cam", camera), jvm=["-Xmx16m"])
    with suppress(Failed):
        until("its end", 40, lambda: not run.process.runs() or run.watch.of("cam"))
    if run.process.runs():
        expect(run.watch.of("cam"), "with a heap of 16 MB it neither works nor ends")
        return run.judge(note="works with a heap of 16 MB")
    expect(run.process.popen.returncode not in (0, None) and "memory" in run.process.log().lower(),
           "ended with %s; its log ends: %s" % (run.process.popen.returncode, run.process.log()[-300:]))
    return bench.nothing("with a heap of 16 MB it ends with %d and says so" % run.process.popen.returncode)


@row(31, "slow metrics clients; no descriptors; clock steps", fast=True)
def slow_clients(bench):
    camera, other = bench.cameras(), bench.cameras()
    run = bench.daemon(camera_source("cam", camera), camera_source("other", other))
    run.await_frames("cam", "other")
    since = time.time()
    clients = []
    for number in range(70):  # they ask for much and take nothing; some never ask
        clients.append(socket.create_connection(("127.0.0.1", run.port)))
        bench.own(clients[-1])
        clients[-1].setblocking(False)
        if number % 2:
            clients[-1].send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400)
    time.sleep(3)
    run.watch.undisturbed("cam", since)
    for client in clients:
        client.close()
    asked = time.time()
    until("the metrics after them", 15, lambda: "ringsight_frames_decoded" in run.get("/metrics"))
    answered = time.time() - asked
    run.process.limit_descriptors(run.process.descriptors())
    bench.callback(lambda: run.process.runs() and run.process.limit_descriptors(1024))
    killed = camera.kill()
    camera.start()
    seen = run.watch.gap("cam", "disconnected", killed, within=1.0)
    run.process.limit_descriptors(run.process.descriptors())
    time.sleep(4)
    run.watch.undisturbed("other", since)
    run.process.limit_descriptors(1024)
    freed = time.time()
    again = run.watch.frame("cam", freed, within=10)
    return run.judge(seen - killed, again - freed, "metrics answered %.1f s after 70 clients that take nothing had gone; "
                     "clock steps: in the machine of row 20" % answered, reasons=("disconnected", "refused", "io-error"))
