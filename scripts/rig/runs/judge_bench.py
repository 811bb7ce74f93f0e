#!/usr/bin/python3
"""Judges what `scripts/bench --json` measured by what Ringsight promises. Ratios within one run only: they hold on any machine.

usage: judge_bench.py FILE
Exit status: 0 each promise holds, 1 one does not, 2 bad usage.
"""
import json
import sys

MIN_RATIO = 0.90  # throughput to what decode, preprocess and inference alone would allow; 0.92 to 0.96 between runs
MAX_P99_TO_P50 = 1.5  # at 60 % load
MAX_COST_OF_MANY = 1.15  # CPU time of a frame with the most cameras, to that with one
MAX_BYTES = 1_000  # a frame, on the threads it passes; a megabyte of picture is a thousand times that


def promises(bench):
    """(what, got, limit, whether it holds) of each."""
    ratio = bench["throughput"]["ratio"]
    yield "throughput to its limit", ratio, ">= %.2f" % MIN_RATIO, ratio >= MIN_RATIO
    busy = max(bench["latency"], key=lambda row: row["load"])
    spread = busy["p99Ms"] / busy["p50Ms"]
    yield "p99 to p50 at %.0f %% load" % (100 * busy["load"]), spread, "<= %.2f" % MAX_P99_TO_P50, spread <= MAX_P99_TO_P50
    allocated = bench["allocation"]["bytesPerFrame"]
    yield "bytes allocated a frame", allocated, "<= %d" % MAX_BYTES, allocated <= MAX_BYTES
    one, many = bench["cameras"][0], bench["cameras"][-1]
    if many["n"] <= one["n"]:
        raise ValueError("expected figures of several cameras, got those of %d: run it without --cameras 0" % many["n"])
    cost = many["cpuMsPerFrame"] / one["cpuMsPerFrame"]
    yield "cost of a frame with %d cameras to one" % many["n"], cost, "<= %.2f" % MAX_COST_OF_MANY, cost <= MAX_COST_OF_MANY


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(print(__doc__.strip(), file=sys.stderr) or 2)
    with open(sys.argv[1]) as file:
        bench = json.load(file)
    broken = 0
    for what, got, limit, holds in promises(bench):
        print("%-6s %s: %.3f (%s)" % ("ok" if holds else "BROKEN", what, got, limit))
        broken += not holds
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
