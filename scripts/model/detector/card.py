"""Writes a model's YAML with its card: `python -m detector.card EVAL.json CURVE.csv OUT.yaml`."""

import argparse
import csv
import json
from pathlib import Path

from .dataset import NAMES

CARD = """\
# Model card: pcb-defect
#
# What    NMS-free detector of six kinds of defects on bare printed circuit boards, 640x640, 0.43 million parameters.
# Made by this project: no weights of others went into it. Licence of the weights: Apache-2.0.
# How     Version 1's weights (66 minutes of training) trained on for {iterations} iterations by scripts/model/train,
#         which is all of the recipe; it saw none of the pictures measured on. More than half of the crops it saw had
#         further defects drawn on them (detector/pen.py), and each series of boards was shown as often as any other.
#         One threshold suits all classes: their confidences were calibrated on the boards trained on.
# Data    Trained on DeepPCB (github.com/tangsanli5201/DeepPCB), 1,000 pairs of its "trainval" boards. Its files carry
#         the MIT licence, while its README asks for research use: judge for yourself before you sell what it finds.
# Good for binarised pictures of boards, copper black on white, about 48 pixels a millimetre, as in DeepPCB and in
#         'synthetic:pcb'. Not for colour photographs or assembled boards: train your own for those. It sees no flawless
#         board to compare with: a round spot that looks like a drilled hole or a pad may be taken for one, or missed.
# Measured on {images} boards it has not seen, detections above 0.001: mAP {mAP:.3f} at IoU 0.33, {mAP50:.3f} at 0.50,
#         {mAP50_95:.3f} at 0.50..0.95; best F-score {fScore:.4f} at confidence {threshold:.2f} (IoU 0.33). AP by class:
#         {classes}.
# Measure it yourself: scripts/ringsight eval -m conf/models/pcb-defect.yaml --images DIR --labels DIR
#
# Every key but 'file' may be left out: what the ONNX file says of itself counts then.
file: pcb-defect.onnx            # relative to this YAML
name: pcb-defect                 # in messages
version: "4"                     # in messages
labels: [{labels}]
head: end-to-end                 # end-to-end | one-to-one | one-to-many | yolox
inputSize: [640, 640]            # width, height
colorOrder: rgb                  # rgb | bgr
scale: 0..1                      # 0..1 | 0..255: what the network takes black and white for
placement: center                # center | top-left: where a letterboxed picture lies
padValue: 114                    # grey of the padding, 0 to 255
threshold: {threshold:.2f}                  # least confidence unless the pipeline's configuration says another
# nmsIou: 0.45                   # overlap that NMS removes; only for one-to-many and yolox
# gate:                          # what a model made of another one lost; written by 'ringsight eval --compare'
"""


def card(result: dict, iterations: int) -> str:
    classes = ", ".join(f"{name} {result['classes'][name]:.3f}" for name in NAMES)
    return CARD.format(**{**result, "classes": classes}, labels=", ".join(NAMES), iterations=f"{iterations:,}")


def main():
    p = argparse.ArgumentParser(prog="detector.card", description=__doc__.splitlines()[0])
    p.add_argument("eval", type=Path, help="what 'ringsight eval --iou 0.33 --json' printed")
    p.add_argument("curve", type=Path)
    p.add_argument("out", type=Path)
    o = p.parse_args()
    iterations = int(list(csv.DictReader(o.curve.open()))[-1]["iteration"])
    o.out.write_text(card(json.loads(o.eval.read_text()), iterations))


if __name__ == "__main__":
    main()
