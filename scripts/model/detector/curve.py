"""Draws a training's curve: `python -m detector.curve CURVE.csv OUT.png`."""

import argparse
import csv
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  (the backend must be chosen first)


def draw(curve: Path, out: Path):
    rows = list(csv.DictReader(curve.open()))
    measured = [r for r in rows if r["map33"]]
    figure, left = pyplot.subplots(figsize=(7.2, 3.6), dpi=100)
    left.plot([int(r["iteration"]) for r in rows], [float(r["loss"]) for r in rows], color="#8da0cb", label="loss")
    left.set(xlabel="iteration", ylabel="training loss", ylim=(0, None))
    right = left.twinx()
    for key, label, colour in (("map33", "mAP@0.33", "#1b7837"), ("fscore", "best F-score", "#d95f02")):
        right.plot([int(r["iteration"]) for r in measured], [float(r[key]) for r in measured], "o-", ms=3, color=colour)
        if measured:
            value = float(measured[-1][key])
            right.annotate(f"{label} {value:.3f}", (int(measured[-1]["iteration"]), value), color=colour, ha="right",
                           xytext=(-4, -12), textcoords="offset points", fontsize=8)  # fmt: skip
    right.set(ylabel="on dev.txt", ylim=(0.85, 1.0))
    figure.tight_layout()
    figure.savefig(out)


def main():
    p = argparse.ArgumentParser(prog="detector.curve", description=__doc__.splitlines()[0])
    p.add_argument("curve", type=Path)
    p.add_argument("out", type=Path)
    o = p.parse_args()
    draw(o.curve, o.out)


if __name__ == "__main__":
    main()
