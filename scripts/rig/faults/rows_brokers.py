"""Rows 24 to 29 and 31: brokers, load, and the daemon itself."""
import os
import random
import statistics
import subprocess
import time

from parts import WORK, Skipped, expect, shell, until
from registry import row
from rows_cameras import camera_source

AWAY_S = int(os.environ.get("RINGSIGHT_FAULT_AWAY_S", "600"))
KILLS = int(os.environ.get("RINGSIGHT_FAULT_KILLS", "50"))


def judge_acknowledged(run, **keywords):
    """As judge(); what the daemon takes for acknowledged must be there, by kcat's count."""
    until("the queue to empty", 30, lambda: run.metric("ringsight_sink_queue_messages", sink="kafka") < 20)
    acknowledged = run.metric("ringsight_sink_acknowledged_total", sink="kafka")
    figures = run.judge(**keywords)
    expect(figures.account.messages >= acknowledged,
           "%d messages were acknowledged, kcat finds %d" % (acknowledged, figures.account.messages))
    figures.note = ("%s; " % figures.note if figures.note else "") + "%d acknowledged, %d read" % (
        acknowledged, figures.account.messages)
    return figures


@row(24, "inference slower than the cameras", fast=True)
def overloaded(bench):
    film = bench.film("fast.mp4", 8, 30)
    cameras = bench.cameras(*[o for i in range(3) for o in ("--cam", "file=%s:/cam%d" % (film, i))])
    run = bench.daemon(*[camera_source("cam%d" % i, cameras, "/cam%d" % i) for i in range(3)], pipeline={"lanes": 1})
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
                        % (statistics.median(ages), max(ages), grown))
    expect(figures.account.lost["overload"] > 50, "no overload: the row made no load")
    expect(max(ages) < 2000, "a frame spent %.0f ms in the pipeline: newest does not win" % max(ages))
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
    expect(not figures.account.reasons["not-published"], "messages were given up")
    return figures
