"""Trains the detector of synthetic vehicles: `python -m detector.road DATA_DIR OUT.onnx` (scripts/model/train-road)."""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from torch import nn

from .dataset import padded
from .export import OPSET
from .loss import total_loss
from .network import STRIDES, Network, Shape
from .optimise import Average, optimisers

NAMES = ("car", "truck")
WIDTH, HEIGHT = 640, 384  # what the exported network takes
CROP, BATCH, SEED, WARMUP = 256, 8, 7, 50
PADDING = 114


def load(root: Path):
    """Letterboxed pictures and their boxes: rows x1 y1 x2 y2 class."""
    samples = []
    for name in (root / "list.txt").read_text().split():
        image = cv2.imread(str(root / "images" / f"{name}.pgm"), cv2.IMREAD_GRAYSCALE)
        height, width = image.shape
        band = (HEIGHT - height) // 2
        text = (root / "labels" / f"{name}.txt").read_text().split()
        label, x, y, w, h = np.array(text, np.float32).reshape(-1, 5).T
        x, w, y, h = x * width, w * width, y * height + band, h * height
        image = cv2.copyMakeBorder(image, band, band, 0, 0, cv2.BORDER_CONSTANT, value=PADDING)
        samples.append((image, np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2, label], 1)))
    return samples


def crop(image, boxes, rng):
    """A square of the picture, often mirrored; the boxes of which most is seen, and the rests of the others."""
    corner = np.array([rng.integers(WIDTH - CROP + 1), rng.integers(HEIGHT - CROP + 1)])
    picture = image[corner[1] : corner[1] + CROP, corner[0] : corner[0] + CROP].astype(np.float32)
    whole = boxes[:, :4] - np.tile(corner, 2)
    seen = whole.clip(0, CROP)
    part = (seen[:, 2:] - seen[:, :2]).prod(1) / (whole[:, 2:] - whole[:, :2]).prod(1).clip(1e-6)
    rows = np.concatenate([seen, boxes[:, 4:]], 1).astype(np.float32)
    if rng.random() < 0.5:
        picture, rows[:, [0, 2]] = picture[:, ::-1], CROP - rows[:, [2, 0]]
    picture = picture * rng.uniform(0.85, 1.1) + rng.uniform(-8, 8) + rng.standard_normal(picture.shape) * 2
    return picture.clip(0, 255) / 255, rows[part > 0.65], rows[(part > 0) & (part <= 0.65), :4]


def batch(samples, rng):
    pictures, objects, cut = zip(*(crop(*samples[i], rng) for i in rng.integers(len(samples), size=BATCH)))
    real = torch.tensor([[i < len(o) for i in range(max(1, max(map(len, objects))))] for o in objects])
    grey = torch.from_numpy(np.stack(pictures).astype(np.float32))[:, None].contiguous(
        memory_format=torch.channels_last
    )
    return grey, padded(objects, 5), real, padded(cut, 4)


def train(samples, iterations: int) -> Network:
    torch.manual_seed(SEED)
    net = Network(Shape(classes=len(NAMES))).to(memory_format=torch.channels_last).train()
    both = optimisers(net, 2e-3, 4e-3, 0.05)
    full = [[g["lr"] for g in o.param_groups] for o in both]
    average, started = Average(net, 0.99), time.monotonic()
    for iteration in range(iterations):
        rate = min(1.0, (iteration + 1) / WARMUP, 2 * (iterations - iteration) / iterations)
        for o, rates in zip(both, full):
            for g, lr in zip(o.param_groups, rates):
                g["lr"] = lr * max(0.01, rate)
        pictures, objects, real, ignored = batch(samples, np.random.default_rng([SEED, iteration]))
        heads, anchors = net.train_outputs(pictures)
        loss = total_loss(heads, anchors, objects, real, ignored)
        net.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        for o in both:
            o.step()
        average.update(net, iteration + 1)
        if (iteration + 1) % 50 == 0:
            print(iteration + 1, round(time.monotonic() - started), f"{loss.item():.3f}", flush=True)
    net.load_state_dict(average.values)
    return net.deploy()


def export(net: Network, out: Path):
    torch.onnx.export(
        net,
        (torch.zeros(1, 3, HEIGHT, WIDTH),),
        out,
        input_names=["images"],
        output_names=["output0"],
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load(out)
    facts = {
        "description": "Ringsight drawn vehicles, trained on synthetic:road",
        "license": "Apache-2.0",
        "names": dict(enumerate(NAMES)),
        "imgsz": [HEIGHT, WIDTH],
        "stride": max(STRIDES),
        "batch": 1,
        "task": "detect",
        "end2end": True,
    }
    onnx.helper.set_model_props(model, {k: str(v) for k, v in facts.items()})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, out)


def main():
    p = argparse.ArgumentParser(prog="detector.road", description=__doc__.splitlines()[0])
    p.add_argument("data", type=Path, help="what RoadPictures.java drew")
    p.add_argument("out", type=Path)
    p.add_argument("--iterations", type=int, default=700)
    p.add_argument("--threads", type=int, default=2)
    o = p.parse_args()
    torch.set_num_threads(o.threads)
    cv2.setNumThreads(0)
    export(train(load(o.data), o.iterations), o.out)


if __name__ == "__main__":
    main()
