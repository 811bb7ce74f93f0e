"""Pictures with YOLO labels, read once and kept in memory (1,000 boards: 410 MB), and batches made of them."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from .augment import camera, crop

NAMES = ("open", "short", "mousebite", "spur", "copper", "pin-hole")


@dataclass(frozen=True)
class Sample:
    image: np.ndarray  # grey, uint8
    boxes: np.ndarray  # rows x1 y1 x2 y2 class, in pixels
    series: str = ""  # which boards it is of: DeepPCB's names begin with five digits for that


def stems(list_file: Path) -> list[str]:
    return list_file.read_text().split()


def load(root: Path, names: list[str]) -> list[Sample]:
    """Reads root/images/NAME.jpg and root/labels/NAME.txt."""
    samples = []
    for name in names:
        image = cv2.imread(str(root / "images" / f"{name}.jpg"), cv2.IMREAD_GRAYSCALE)
        if image is None:
            raise FileNotFoundError(f"{root}/images/{name}.jpg: no such picture, or not one OpenCV can read")
        height, width = image.shape
        text = (root / "labels" / f"{name}.txt").read_text().split()
        label, x, y, w, h = np.array(text, np.float32).reshape(-1, 5).T
        corners = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height, label]
        samples.append(Sample(image, np.stack(corners, 1), name[:5]))
    return samples


@dataclass(frozen=True)
class Batch:
    pictures: torch.Tensor  # [N,1,S,S] in 0..1
    objects: torch.Tensor  # [N,M,5] corner boxes and class, padded
    real: torch.Tensor  # [N,M] false for padding
    ignored: torch.Tensor  # [N,K,4] padded with empty boxes

    def to(self, device) -> "Batch":
        return Batch(*(t.to(device) for t in (self.pictures, self.objects, self.real, self.ignored)))


def padded(groups: list[np.ndarray], columns: int) -> torch.Tensor:
    out = torch.zeros(len(groups), max(1, max(len(g) for g in groups)), columns)
    for row, g in zip(out, groups):
        row[: len(g)] = torch.from_numpy(g)
    return out


def batch(samples: list[Sample], count: int, size: int, seed: list[int]) -> Batch:
    """Random crops, of each series of boards as many as of any other: 50 pictures of one count like 300 of another.

    The seed alone decides them, so that a resumed training sees what an undisturbed one saw.
    """
    rng = np.random.default_rng(seed)
    series: dict[str, list[Sample]] = {}
    for s in samples:
        series.setdefault(s.series, []).append(s)
    boards = list(series.values())
    pictures, objects, ignored = [], [], []
    for k in rng.integers(len(boards), size=count):
        sample = boards[k][rng.integers(len(boards[k]))]
        picture, kept, cut = crop(sample.image, sample.boxes, size, rng)
        pictures.append(camera(picture, rng))
        objects.append(kept)
        ignored.append(cut)
    real = torch.tensor([[i < len(o) for i in range(max(1, max(map(len, objects))))] for o in objects])
    grey = torch.from_numpy(np.stack(pictures))[:, None].contiguous(memory_format=torch.channels_last)
    return Batch(grey, padded(objects, 5), real, padded(ignored, 4))
