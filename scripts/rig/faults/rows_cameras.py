"""Rows 1 to 3, 5 to 8, 14 to 16, 18, 19, 23, 30: faults of network cameras that one machine can make by itself."""
import time
from random import Random

from bench import OPEN_MS, STALL_MS, STARTING_S
from judge import PULSE
from parts import MODEL, expect, shell, source, until
from registry import row
from relay import Packets, Relay

AWAY = ("disconnected", "refused")  # a camera whose process was killed
STALL_S = STALL_MS / 1000
TENTH = 1.1
REAL_MODEL = {"model": str(MODEL)}


def camera_source(name, cameras, mount="/cam", scheme="rtsp", **keys):
    return source(name, cameras.uri(mount, scheme), **{"stallTimeoutMs": STALL_MS, "openTimeoutMs": OPEN_MS, **keys})


@row(1, "camera process killed", fast=True)
def camera_killed(bench):
    camera, other = bench.cameras(), bench.cameras()
    run = bench.daemon(camera_source("killed", camera), camera_source("other", other))
    run.await_frames("killed", "other")
    killed = camera.kill()
    seen = run.watch.gap("killed", "disconnected", killed, within=1.0)
    until("a retry", 5, lambda: run.metric("ringsight_connect_failures_total", source="killed") > 0)
    back = camera.start()
    again = run.watch.frame("killed", back, within=8)
    run.watch.undisturbed("other", killed)
    return run.judge(seen - killed, again - back, reasons=AWAY)


@row(2, "camera frozen", fast=True)
def camera_frozen(bench):
    camera, other = bench.cameras(), bench.cameras()
    run = bench.daemon(camera_source("frozen", camera), camera_source("other", other))
    run.await_frames("frozen", "other")
    threads = run.process.threads()
    frozen = camera.freeze()
    seen = run.watch.gap("frozen", "stalled", frozen, within=STALL_S * TENTH)
    time.sleep(2 * STALL_S)  # frozen a while: opening it now must not leave threads behind
    thawed = camera.thaw()
    again = run.watch.frame("frozen", thawed, within=OPEN_MS / 1000 + 4)
    run.watch.undisturbed("other", frozen)
    left = run.process.threads() - threads
    expect(left <= 1, "%d threads more than before the fault" % left)
    return run.judge(seen - frozen, again - thawed, reasons=("stalled", "timed-out"))


@row(3, "camera frozen before it is opened", fast=True)
def frozen_before_open(bench):
    camera, other = bench.cameras(), bench.cameras()
    relay = bench.own(Relay(camera.port))
    run = bench.daemon(camera_source("other", other))
    run.await_frames("other")
    camera.freeze()
    run.settings["sources"].append(camera_source("late", relay, openTimeoutMs=2000))
    run.reload()
    until("a connection", 10, lambda: relay.connects)
    opened = relay.connects[0]
    seen = run.watch.gap("late", "timed-out", opened, within=2.0 * TENTH)
    thawed = camera.thaw()
    again = run.watch.frame("late", thawed, within=6)
    run.watch.undisturbed("other", opened)
    return run.judge(seen - opened, again - thawed, reasons=("timed-out",))


@row(5, "wrong password; changed later", fast=True)
def password_changed(bench):
    old, new, lock = "s3cr3t-Horse", "n3w-B4ttery", ("--user", "viewer", "--password")
    pattern = ("--cam", "h264:/cam", "--size", "320x240", "--fps", "10")
    camera = bench.cameras(*pattern, *lock, old)
    relay = bench.own(Relay(camera.port))
    run = bench.daemon(camera_source("locked", relay, username="viewer", password=old))
    run.await_frames("locked")
    camera.kill()
    changed = camera.start(*pattern, *lock, new)
    seen = run.watch.gap("locked", "auth-failed", changed, within=6)
    tries = len(relay.connects)
    time.sleep(8)
    tries = len(relay.connects) - tries
    expect(tries <= 1, "%d tries with a refused password within 8 s: cameras lock accounts" % tries)
    expect(run.state("locked") == "auth-failed", "state is %s" % run.state("locked"))
    run.settings["sources"][0]["password"] = new
    told = run.reload()
    again = run.watch.frame("locked", told, within=6)
    said = run.process.log() + run.get("/metrics") + str(run.watch.messages)
    expect(old not in said and new not in said, "a password is in the log, the metrics or a message")
    return run.judge(seen - changed, again - told, "%d tries in 8 s; new password by SIGHUP" % tries,
                     reasons=(*AWAY, "auth-failed"))


@row(6, "404, 503, refused", fast=True)
def three_refusals(bench):
    camera = bench.cameras("--cam", "h264:/cam", "--cam", "broken:/broken")
    closed = bench.cameras()
    closed.kill()
    started = time.time()
    run = bench.daemon(camera_source("wrong-mount", camera, "/nothing"), camera_source("broken", camera, "/broken"),
                       camera_source("closed", closed), camera_source("good", camera))
    run.await_frames("good")
    for name, reason in (("wrong-mount", "not-found"), ("broken", "server-error"), ("closed", "refused")):
        run.watch.gap(name, reason, started, within=time.time() - started + 8)
        failures = run.metric("ringsight_connect_failures_total", source=name)
        expect(failures > 0 and run.state(name) == reason, "%s: state %s, %d failures" % (name, run.state(name), failures))
    back = closed.start()
    again = run.watch.frame("closed", back, within=time.time() - started + 4)
    return run.judge(None, again - back, reasons=("not-found", "server-error", "refused"))


@row(7, "Basic, Digest, RTSPS with unknown CA", fast=True)
def authentication(bench):
    def certificate(name):
        files = bench.folder / (name + ".crt"), bench.folder / (name + ".key")
        shell("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
              "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1])
        return files
    lock = ("--user", "viewer", "--password", "let-me-in")
    keys = {"username": "viewer", "password": "let-me-in"}
    own = certificate("own")
    basic = bench.cameras("--cam", "h264:/cam", *lock, "--auth", "basic")
    digest = bench.cameras("--cam", "h264:/cam", *lock, "--auth", "digest")
    secure = bench.cameras("--cam", "h264:/cam", *lock, "--tls", *own)
    started = time.time()
    run = bench.daemon(
        camera_source("basic", basic, **keys), camera_source("digest", digest, **keys),
        camera_source("known", secure, scheme="rtsps", caFile=str(own[0]), **keys),
        camera_source("unknown", secure, scheme="rtsps", **keys))
    run.await_frames("basic", "digest", "known")
    run.watch.gap("unknown", "tls-failed", started, within=time.time() - started + 8)
    expect(not run.watch.of("unknown"), "pictures of a camera whose certificate nobody vouches for")
    return run.judge(reasons=("tls-failed",))


@row(8, "UDP-only camera", fast=True)
def udp_only(bench):
    camera = bench.cameras("--cam", "h264:/cam", "--transport", "udp")
    started = time.time()
    run = bench.daemon(camera_source("auto", camera), camera_source("tcp", camera, transport="tcp"))
    run.await_frames("auto")
    run.watch.gap("tcp", "unsupported", started, within=time.time() - started + 8)
    return run.judge(note="transport auto came by UDP, transport tcp says unsupported", reasons=("unsupported",))


@row(14, "picture size changes mid-stream", fast=True)
def size_changes(bench):
    camera = bench.cameras("--cam", "file=%s:/cam" % bench.film(), "--switch", "3:480x480")
    run = bench.daemon(camera_source("cam", camera), pipeline=REAL_MODEL)
    run.await_frames("cam")
    first = run.watch.messages[-1][0]
    small = run.watch.frame("cam", first, 12, lambda m: m["frame"]["width"] == 480)
    run.watch.frame("cam", small + 1.5, 5)
    frames = [m for _, m in run.watch.of("cam")]
    before, after = (max((m for m in frames if m["frame"]["width"] == width), key=lambda m: len(m["objects"]))
                     for width in (640, 480))
    hits = sum(any(alike(a, b, before, after) for b in after["objects"]) for a in before["objects"])
    expect(len(before["objects"]) >= 2, "too few objects found to compare: %d" % len(before["objects"]))
    expect(hits >= 0.7 * len(before["objects"]), "only %d of %d objects are where they were" % (hits, len(before["objects"])))
    expect(not [m for _, m in run.watch.of("cam", first, kind="gap")], "a gap though the camera went on")
    return run.judge(note="%d of %d objects at the same place of the smaller picture" % (hits, len(before["objects"])),
                     losses={"overload": 0.9})


def alike(a, b, picture_a, picture_b):
    """Whether two objects have one label and overlap by half when both pictures are scaled to one size."""
    def corners(found, picture):
        box, (w, h) = found["bbox"], (picture["frame"]["width"], picture["frame"]["height"])
        return box["left"] / w, box["top"] / h, (box["left"] + box["width"]) / w, (box["top"] + box["height"]) / h
    p, q = corners(a, picture_a), corners(b, picture_b)
    both = max(0, min(p[2], q[2]) - max(p[0], q[0])) * max(0, min(p[3], q[3]) - max(p[1], q[1]))
    area = (p[2] - p[0]) * (p[3] - p[1]) + (q[2] - q[0]) * (q[3] - q[1]) - both
    return a["label"] == b["label"] and both / area > 0.5


@row(15, "codec changes after a reboot", fast=True)
def codec_changes(bench):
    camera = bench.cameras()
    run = bench.daemon(camera_source("cam", camera))
    run.await_frames("cam")
    killed = camera.kill()
    seen = run.watch.gap("cam", "disconnected", killed, within=1.0)
    back = camera.start("--cam", "h265:/cam", "--size", "480x270", "--fps", "10")
    again = run.watch.frame("cam", back, within=8, accept=lambda m: m["frame"]["width"] == 480)
    return run.judge(seen - killed, again - back, reasons=AWAY)


@row(16, "one frame for ever; stream time stands still", fast=True)
def frozen_picture(bench):
    camera = bench.cameras("--cam", "file=%s:/cam" % bench.moving_film(), "--freeze", "4")
    moving = bench.cameras()
    relay, packets = bench.own(Relay(moving.port)), Packets()
    run = bench.daemon(camera_source("picture", camera, frozenTimeoutMs=2000), camera_source("time", relay))
    run.await_frames("time")
    live = run.await_frames("picture")
    frozen = live + 3.5  # four seconds after its first picture
    seen = run.watch.gap("picture", "frozen", live, within=4 + 2 * TENTH + 1)
    expect(run.state("picture") == "frozen", "state is %s" % run.state("picture"))
    run.watch.frame("picture", seen + 0.3, 2, lambda m: m.get("suspect") == "frozen")
    relay.on_packet = packets.standing()
    stood = time.time()
    told = run.watch.gap("time", "time-stopped", stood, within=12)
    relay.on_packet = None
    healed = time.time()
    again = run.watch.frame("time", healed, 8, lambda m: not m.get("suspect"))
    return run.judge(max(seen - frozen, told - stood), again - healed, "frozen after %.1f s of 2, time-stopped after %.1f s"
                     % (seen - frozen, told - stood), reasons=("frozen", "time-stopped"))


@row(18, "burst of 30 frames", fast=True)
def burst(bench):
    camera = bench.cameras("--cam", "h264:/cam", "--size", "320x240", "--fps", "25")
    relay = bench.own(Relay(camera.port))
    run = bench.daemon(camera_source("cam", relay, stallTimeoutMs=3000), pipeline=REAL_MODEL)
    live = run.await_frames("cam")
    run.watch.frame("cam", live + 3, 6)  # the camera's clock is known by then
    relay.hold()
    time.sleep(1.3)
    released = relay.release()
    run.watch.frame("cam", released + 1.0, 3)
    during = [m for at, m in run.watch.of("cam", released, released + 0.25 + PULSE.since(released))]
    burst_size = int(1.3 * 25)
    expect(during, "no frame at all came after the burst")
    expect(len(during) < burst_size, "all %d frames of the burst were analysed" % len(during))
    waited = max(sum(m["stages"][s] for s in ("queueNs", "preprocessNs", "inferNs", "postNs")) / 1e9 for m in during)
    expect(waited < 1.0, "a frame of the burst spent %.2f s in the pipeline" % waited)
    figures = run.judge(note="%d of some %d frames analysed at once, longest %.0f ms in the pipeline"
                        % (len(during), burst_size, 1000 * waited), losses={"overload": 0.8})
    expect(figures.account.lost["overload"] > 0, "no frame of the burst is counted as overload")
    expect(not figures.account.reasons["stalled"], "the hold was shorter than the timeout, but counted as stalled")
    return figures


@row(19, "16 cameras restart at once")
def herd(bench):
    names = ["cam%02d" % i for i in range(16)]
    options = [o for name in names for o in ("--cam", "h264:/" + name)] + ["--size", "160x120", "--fps", "5"]
    camera = bench.cameras(*options)
    relay = bench.own(Relay(camera.port))
    run = bench.daemon(*[camera_source(name, relay, "/" + name, maxFps=2) for name in names])
    run.await_frames(*names)
    killed = camera.kill()
    seen = [run.watch.gap(name, "disconnected", killed, within=2.0) for name in names]
    back = camera.start()
    again = [run.watch.frame(name, back, within=12) for name in names]
    times = sorted(at for at in relay.connects if at > killed)
    crowd = max(sum(at <= other < at + 0.05 for other in times) for at in times)
    expect(crowd <= 8, "%d of 16 cameras were asked within 50 ms" % crowd)
    return run.judge(max(seen) - killed, max(again) - back,
                     "%d connections, at most %d within 50 ms" % (len(times), crowd), reasons=AWAY,
                     losses={"rate-limit": 0.8})


@row(23, "unknown FFmpeg option in the configuration", fast=True)
def unknown_option(bench):
    camera = bench.cameras()
    relay = bench.own(Relay(camera.port))
    started = time.time()
    # an option FFmpeg has, but for HTTP only (and no decoder): known only when the camera has been opened
    run = bench.daemon(camera_source("misplaced", relay, options={"reconnect_streamed": "1"}), camera_source("good", camera))
    run.await_frames("good")
    run.watch.gap("misplaced", "unsupported", started, within=time.time() - started + 8)
    expect(len(relay.connects) == 1, "a mistake in the configuration was tried %d times" % len(relay.connects))
    expect("reconnect_streamed" in run.process.log(), "the log does not name the option")
    figures = run.judge(note="misspelt: exit 2 and its line; of another kind of source: named, not tried again",
                        reasons=("unsupported",), ends=("unsupported",))
    run.settings["sources"][0]["options"] = {"stimeout": "3"}
    run.write()
    done = bench.run_program("run", "-c", run.config)
    expect(done.returncode == 2 and "pipeline-1.yaml:" in done.stderr and "'stimeout'" in done.stderr,
           "exit %d: %s" % (done.returncode, done.stderr[-300:]))
    return figures


@row(30, "malformed input", fast=True)
def malformed(bench):
    random = Random(30)
    camera, other = bench.cameras("--cam", "h264:/cam", "--cam", "h265:/hevc", "--cam", "mjpeg:/mjpeg"), bench.cameras()
    relay = bench.own(Relay(camera.port))
    names = {"avc": "/cam", "hevc": "/hevc", "mjpeg": "/mjpeg"}
    run = bench.daemon(*[camera_source(name, relay, mount) for name, mount in names.items()], camera_source("other", other))
    run.await_frames(*names, "other")
    since, packets = time.time(), Packets()
    for hook in (packets.flipped(random, 8), packets.cut(random, 8)):
        relay.on_packet = hook
        time.sleep(3)
    relay.on_packet = None
    answers = [lambda head, body: head + bytes(random.randrange(256) for _ in body),
               lambda head, body: head + body.replace(b"sprop-parameter-sets=", b"sprop-parameter-sets=Z/////////////8=,aO//,"),
               lambda head, body: b"RTSP/1.0 200 OK\r\nContent-Length: 2147483647\r\n\r\n" + body,
               lambda head, body: b"RTSP/1.0 200 OK\r\nX: " + b"A" * 300000]
    for answer in answers:
        relay.on_answer = answer
        tries = len(relay.connects)
        relay.hang_up()
        until("tries against a hostile answer", 20, lambda: len(relay.connects) >= tries + 2)
    relay.on_answer = None
    healed = time.time()
    again = [run.watch.frame(name, healed, within=20) for name in names]
    run.watch.undisturbed("other", since, longest_s=3.0)
    return run.judge(None, max(again) - healed, "%d packets damaged, %d hostile answers" % (packets.count, len(answers)),
                     reasons=("disconnected", "unsupported", "io-error", "timed-out", "stalled", "server-error", "time-stopped"),
                     losses={"corrupt": 0.6})
