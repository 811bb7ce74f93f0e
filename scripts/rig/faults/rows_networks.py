"""Rows 4, 9 to 13, 17: cables and lines between a camera (rh1) and the daemon (rh4), in network namespaces of their own."""
import re
import statistics
import time

from bench import instant
from parts import expect
from registry import row
from relay import Packets, Relay
from rows_cameras import STALL_S, TENTH, camera_source


@row(4, "cable pulled", lab=True)
def cable_pulled(bench):
    camera = bench.lab_camera()
    run = bench.in_lab(camera_source("cam", camera))
    run.await_frames("cam")
    threads = run.process.threads()
    pulled = bench.lab.cable("rh1", "down")
    bench.callback(bench.lab.cable, "rh1", "up")
    seen = run.watch.gap("cam", "stalled", pulled, within=STALL_S * TENTH)
    time.sleep(3)
    plugged = bench.lab.cable("rh1", "up")
    again = run.watch.frame("cam", plugged, within=8)
    expect(run.process.threads() - threads <= 1, "threads left behind")
    return run.judge(seen - pulled, again - plugged, reasons=("stalled", "unreachable", "timed-out"))


@row(9, "UDP blocked on the way", lab=True)
def udp_blocked(bench):
    camera = bench.lab_camera()
    started = bench.lab.iptables("-A", "INPUT", "-p", "udp", "-j", "DROP")
    bench.callback(bench.lab.iptables, "-F", "INPUT")
    run = bench.in_lab(camera_source("auto", camera), camera_source("udp", camera, transport="udp", openTimeoutMs=3000))
    run.await_frames("auto")
    run.watch.gap("udp", "timed-out", started, within=time.time() - started + 8)
    healed = bench.lab.iptables("-F", "INPUT")
    again = run.watch.frame("udp", healed, within=12)
    return run.judge(None, again - healed, "transport auto came by TCP; udp alone says timed-out",
                     reasons=("timed-out",))


def dropped(lab):
    """Packets the rule dropped, by the kernel's count."""
    return sum(int(count) for count in re.findall(r"(?m)^ *(\d+) +\d+ DROP", lab.iptables("-L", "INPUT", "-v", "-x", "-n")))


def film_camera(bench, codec):
    film = bench.moving_film("line.mp4", 8, 15, "640x360")
    return bench.lab_camera("--cam", "%sfile=%s:/cam" % (codec, film), "--gop", "30")


@row(10, "1-10 % UDP loss, H.264", lab=True)
def loss_h264(bench):
    camera = film_camera(bench, "")
    run = bench.in_lab(camera_source("cam", camera, transport="udp"))
    run.await_frames("cam")
    bench.callback(bench.lab.iptables, "-F", "INPUT")
    since = bench.lab.iptables("-A", "INPUT", "-p", "udp", "-m", "statistic", "--mode", "random", "--probability", "0.03",
                               "-j", "DROP")
    time.sleep(12)
    lost = dropped(bench.lab)
    healed = bench.lab.iptables("-F", "INPUT")
    again = run.watch.frame("cam", healed, within=6)
    missed = run.metric("ringsight_packets_missed_total", source="cam")
    expect(lost >= 5, "the line lost only %d packets" % lost)
    expect(missed >= lost * 0.5, "%d packets dropped by the kernel, %d told of" % (lost, missed))
    figures = run.judge(None, again - healed, "%d packets dropped in %.0f s, %d told of" % (lost, healed - since, missed),
                        losses={"corrupt": 0.95})  # a lost packet spoils all up to the next key frame, 30 pictures
    expect(figures.account.lost["corrupt"] > 0, "no frame is counted as corrupt")
    return figures


@row(11, "bursts of UDP loss, H.265", lab=True)
def loss_h265(bench):
    camera = film_camera(bench, "h265,")
    bench.lab.netem()
    run = bench.in_lab(camera_source("cam", camera, transport="udp"))
    run.await_frames("cam")
    bench.callback(bench.lab.netem)
    bench.lab.netem("loss gemodel 3% 30%")
    time.sleep(12)
    line = bench.lab.netem_counts()
    healed = bench.lab.netem()
    again = run.watch.frame("cam", healed, within=8)
    missed = run.metric("ringsight_packets_missed_total", source="cam")
    expect(line["dropped"] >= 20, "the line lost only %d packets" % line["dropped"])
    expect(missed >= line["dropped"] * 0.5, "%d packets dropped by the kernel, %d told of" % (line["dropped"], missed))
    figures = run.judge(None, again - healed, "%d of %d packets dropped, %d told of" % (
        line["dropped"], line["packets"] + line["dropped"], missed), reasons=("stalled", "timed-out"), losses={"corrupt": 0.8})
    expect(figures.account.lost["corrupt"] > 0, "%d packets missed, but no gap of reason corrupt" % missed)
    return figures


@row(12, "jitter, reordering", lab=True)
def jitter(bench):
    camera = film_camera(bench, "")
    bench.lab.netem()
    run = bench.in_lab(camera_source("cam", camera, transport="udp"))
    run.await_frames("cam")
    bench.callback(bench.lab.netem)
    since = bench.lab.netem("delay 60ms 40ms")
    time.sleep(10)
    line = bench.lab.netem_counts()
    expect(line["packets"] > 300, "only %d packets were delayed" % line["packets"])
    frames = run.watch.of("cam", since + 1)
    expect(len(frames) > 60, "only %d frames in 10 s" % len(frames))
    ages = [age(m) for _, m in frames if m["captureTime"]["clock"] == "rtcp-sr"]
    expect(len(ages) >= 0.9 * len(frames), "only %d of %d frames go by the camera's clock" % (len(ages), len(frames)))
    expect(max(ages) < 1.5, "a frame was %.2f s old" % max(ages, default=float("nan")))
    bench.lab.netem()
    figures = run.judge(note="%d packets delayed; age of frames %.0f ms, at most %.0f ms"
                        % (line["packets"], 1000 * statistics.median(ages), 1000 * max(ages)),
                        losses={"corrupt": 0.2, "late": 0.1})
    backwards = sum(b["captureTime"]["utc"] < a["captureTime"]["utc"]
                    for (_, a), (_, b) in zip(frames, frames[1:]) if a["captureTime"]["clock"] == b["captureTime"]["clock"])
    expect(backwards == 0, "%d frames taken before their predecessor" % backwards)
    return figures


def age(message):
    """Seconds from when the camera took the frame to when its message was made."""
    return instant(message["publishedAt"]) - instant(message["captureTime"]["utc"])


def hidden_lags(messages, fps):
    """Seconds by which frames with the time of their arrival came later than at the camera's rate: their age, which that time
    hides, since they began to come. messages: arrival and message, in order; any gap message begins a new stretch."""
    lags, earliest = [], None
    for at, m in messages:
        if m["type"] == "gap" or m["captureTime"]["clock"] != "arrival":
            earliest = None
            continue
        due = at - m["frameSeq"] / fps
        earliest = due if earliest is None else min(earliest, due)
        lags.append(due - earliest)
    return lags


SLOW_KBIT, SLOW_FPS, SLOW_S, MOST_AGE_S = 300, 15, 30, 4


@row(13, "line slower than the stream", lab=True)
def slow_line(bench):
    camera = bench.lab_camera("--cam", "file=%s:/cam" % bench.moving_film("line.mp4", 8, SLOW_FPS, "640x360"), "--bitrate", "1500",
                              "--gop", "30")
    bench.lab.netem()
    run = bench.in_lab(camera_source("cam", camera, transport="tcp", stallTimeoutMs=3000, maxLagMs=2000))
    run.await_frames("cam")
    bench.callback(bench.lab.netem)
    since = bench.lab.netem("rate %dkbit" % SLOW_KBIT)
    time.sleep(SLOW_S)
    line, took = bench.lab.netem_counts(), time.time() - since
    kbit = line["bytes"] * 8 / 1000 / took
    expect(SLOW_KBIT * 0.3 < kbit < SLOW_KBIT * 1.1, "the line carried %.0f kbit/s, expected %d" % (kbit, SLOW_KBIT))
    slow = sorted([*run.watch.of("cam", since + 5), *run.watch.of("cam", since + 5, kind="gap")], key=lambda item: item[0])
    ages = [age(m) for _, m in slow if m["type"] == "frame" and m["captureTime"]["clock"] == "rtcp-sr"]
    hidden = hidden_lags(slow, SLOW_FPS)
    told = run.watch.of("cam", since, kind="gap")
    healed = bench.lab.netem()
    again = run.watch.frame("cam", healed, 12, lambda m: m["captureTime"]["clock"] == "rtcp-sr" and age(m) < 1.0)
    expect(told, "the line is too slow for the stream and nothing is told")
    expect(ages or hidden, "no frame came over the slow line: the row judged no age")
    for kind, seconds in (("by the camera's clock", ages), ("by the camera's rate", hidden)):
        expect(max(seconds, default=0) < MOST_AGE_S, "a frame was %.1f s old %s and was published as if it were live"
               % (max(seconds, default=0), kind))
    return run.judge(told[0][0] - since, again - healed, "line at %.0f kbit/s; reason %s; %d frames with the camera's clock at most "
                     "%.1f s old, %d with that of arrival %.1f s" % (kbit, told[0][1]["reason"], len(ages), max(ages, default=0),
                                                                     len(hidden), max(hidden, default=0)),
                     reasons=("lagging", "stalled", "disconnected", "timed-out"), losses={"late": 0.9, "corrupt": 0.5})


@row(17, "no sender reports; timestamps jump or go back", fast=True)
def times(bench):
    camera = bench.cameras("--cam", "h264:/cam", "--size", "320x240", "--fps", "10")
    relay, packets = bench.own(Relay(camera.port)), Packets()
    relay.on_packet = packets.no_reports
    run = bench.daemon(camera_source("cam", relay))
    live = run.await_frames("cam")
    run.watch.frame("cam", live + 6, 4)  # a report would have come by then
    clocks = {m["captureTime"]["clock"] for _, m in run.watch.of("cam")}
    expect(packets.count > 0 and clocks == {"arrival"}, "%d reports withheld, but clocks are %s" % (packets.count, clocks))
    wrong = []
    for ticks in (90000 * 3600, -90000 * 3600):
        relay.on_packet = packets.shifted(ticks)
        jumped = time.time()
        run.watch.frame("cam", jumped + 4, 8)
        wrong += [m for at, m in run.watch.of("cam", jumped + 0.5) if abs(instant(m["captureTime"]["utc"]) - at) > 60]
    expect(not wrong, "%d frames an hour off: %s" % (len(wrong), wrong[:1]))
    relay.on_packet = None
    run.watch.frame("cam", time.time(), 20, lambda m: m["captureTime"]["clock"] == "rtcp-sr")
    return run.judge(reasons=("time-stopped", "disconnected"), note="clock arrival without reports; jumps of an hour do not reach captureTime")
