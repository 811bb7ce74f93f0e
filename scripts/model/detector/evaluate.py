"""Mean average precision and best F-score; the same definitions as `ringsight eval`, for use during training.

Detections above 0.001, matched greedily by confidence within a class at one IoU; all-point interpolation.
"""

from dataclasses import dataclass

import numpy as np
import torch

from .dataset import NAMES, Sample
from .network import Network

LEAST = 0.001  # confidence from which detections count, as in `ringsight eval`


@dataclass(frozen=True)
class Result:
    map: float
    per_class: dict[str, float]
    fscore: float
    threshold: float  # confidence of the best F-score


def overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    corner, opposite = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:4], b[None, :, 2:4])
    both = (opposite - corner).clip(0).prod(2)
    area_a, area_b = ((t[:, 2:4] - t[:, :2]).prod(1) for t in (a, b))
    return both / (area_a[:, None] + area_b[None] - both + 1e-9)


def matched(found: np.ndarray, truth: np.ndarray, least_iou: float) -> np.ndarray:
    """Which rows of `found` (x1 y1 x2 y2 confidence class, best first) hit an object nobody before them hit."""
    hit = np.zeros(len(found), bool)
    if not len(truth):
        return hit
    overlap = overlaps(found, truth) * (found[:, 5:6] == truth[None, :, 4])
    free = np.ones(len(truth), bool)
    for i, row in enumerate(overlap):
        j = int((row * free).argmax())
        if row[j] >= least_iou and free[j]:
            hit[i], free[j] = True, False
    return hit


def average_precision(hit: np.ndarray, truths: int) -> float:
    """Area under the precision envelope; `hit` in order of falling confidence."""
    true = hit.cumsum()
    recall, precision = true / max(truths, 1), true / np.arange(1, len(hit) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(np.concatenate([[0.0], recall])) * envelope).sum())


def score(found: list[np.ndarray], truth: list[np.ndarray], least_iou: float = 0.33) -> Result:
    found = [f[f[:, 4] > LEAST] for f in found]
    hits = np.concatenate([matched(f, t, least_iou) for f, t in zip(found, truth)])
    rows, labels = np.concatenate(found), np.concatenate(truth)[:, 4]
    order = np.argsort(-rows[:, 4], kind="stable")
    hits, rows = hits[order], rows[order]
    per_class = {
        name: average_precision(hits[rows[:, 5] == c], int((labels == c).sum())) for c, name in enumerate(NAMES)
    }
    f = 2 * hits.cumsum() / (np.arange(1, len(hits) + 1) + len(labels))
    best = int(f.argmax()) if len(f) else 0
    threshold = float(rows[best, 4]) if len(f) else 1.0
    return Result(float(np.mean(list(per_class.values()))), per_class, float(f.max(initial=0)), threshold)


@torch.no_grad()
def detect(net: Network, samples: list[Sample]) -> list[np.ndarray]:
    """Objects of each picture by a deployed network, in full precision."""
    device = next(net.parameters()).device
    found = []
    for s in samples:
        grey = torch.from_numpy(s.image).to(device).float()[None, None] / 255
        found.append(net(grey.expand(-1, 3, -1, -1))[0].cpu().numpy())
    return found


def measure(net: Network, samples: list[Sample], least_iou: float = 0.33) -> Result:
    return score(detect(net, samples), [s.boxes for s in samples], least_iou)
