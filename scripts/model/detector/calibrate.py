"""Makes the confidences of different classes comparable, so that one threshold suits them all.

Platt scaling (J. Platt, "Probabilistic Outputs for Support Vector Machines", 1999): a logistic regression of whether a
detection is right on its logit, with one slope and an offset for each class. Only the offsets are used, on the logit's
own scale: the slope would change no order, but push detections below the floor that `ringsight eval` counts from.
"""

import numpy as np
import torch

from .dataset import Sample
from .evaluate import LEAST, detect, matched
from .network import Network

PRIOR = 1.0  # weight, in detections, of the belief that nothing needs changing: decides for classes never seen
ITERATIONS = 30


def platt(logit: np.ndarray, label: np.ndarray, right: np.ndarray, classes: int):
    """The slope and the offsets [classes] of the most likely regression, by Newton's method."""
    x = np.concatenate([logit[:, None], np.eye(classes)[label]], 1)
    unchanged = np.eye(1 + classes)[0]
    p = unchanged.copy()
    for _ in range(ITERATIONS):
        likely = 1 / (1 + np.exp(-x @ p))
        gradient = x.T @ (right - likely) - PRIOR * (p - unchanged)
        curvature = (x * (likely * (1 - likely))[:, None]).T @ x + PRIOR * np.eye(1 + classes)
        p += np.linalg.solve(curvature, gradient)
    return p[0], p[1:]


def calibrate(net: Network, samples: list[Sample], least_iou: float = 0.33):
    """Shifts the class logits of a deployed network, in place, by what of its detections on `samples` is right."""
    found = [f[f[:, 4] > LEAST].astype(np.float64) for f in detect(net, samples)]
    right = np.concatenate([matched(f, s.boxes, least_iou) for f, s in zip(found, samples)])
    rows = np.concatenate(found)
    logit = np.log(rows[:, 4] / (1 - rows[:, 4]).clip(1e-7))
    slope, offsets = platt(logit, rows[:, 5].astype(int), right, net.shape.classes)
    shift = offsets / slope
    with torch.no_grad():
        for level in net.one2one.cls:
            level[-1].bias.add_(torch.tensor(shift, dtype=torch.float32))
