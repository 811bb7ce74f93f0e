"""The loss of one head and of all heads together."""

import math

import torch
from torch.nn import functional

from .assign import Assignment, assign, iou

TOPK_MANY, TOPK_ONE = 10, 1
BOX_GAIN, AUXILIARY_GAIN = 2.5, 0.25


def complete_iou(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """IoU less the penalties for distance of centres and difference of aspect ratio (CIoU), of rows of boxes."""
    overlap = iou(a, b)
    hull = torch.max(a[:, 2:], b[:, 2:]) - torch.min(a[:, :2], b[:, :2])
    distance = (a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]).square().sum(1) / 4
    size_a, size_b = ((t[:, 2:] - t[:, :2]).clamp(1e-4) for t in (a, b))
    aspect = 4 / math.pi**2 * (torch.atan(size_b[:, 0] / size_b[:, 1]) - torch.atan(size_a[:, 0] / size_a[:, 1])) ** 2
    with torch.no_grad():
        trade = aspect / (1 - overlap + aspect + 1e-7)
    return overlap - distance / (hull.square().sum(1) + 1e-7) - trade * aspect


def head_loss(boxes, logits, objects, chosen: Assignment, counted) -> torch.Tensor:
    """Classes by cross-entropy against soft targets, boxes by CIoU. `counted` [N,P] is 0 where nothing is asked."""
    label = objects[chosen.image, chosen.object, 4].long()
    target = torch.zeros_like(logits)
    target[chosen.image, chosen.place, label] = chosen.weight
    total = chosen.weight.sum().clamp(min=1.0)
    asked = counted.clone()
    asked[chosen.image, chosen.place] = 1.0
    classes = functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * asked[..., None]
    corners = objects[chosen.image, chosen.object, :4]
    boxes = (1 - complete_iou(boxes[chosen.image, chosen.place], corners)) * chosen.weight
    return (classes.sum() + BOX_GAIN * boxes.sum()) / total


def total_loss(heads, anchors, objects, real, ignored) -> torch.Tensor:
    """heads: one-to-many, one-to-one and maybe auxiliary; ignored [N,K,4]: objects cut off too far to be judged."""
    cut = torch.cat([anchors - ignored[..., None, :2], ignored[..., None, 2:] - anchors], -1).amin(-1) > 0
    counted = 1.0 - cut.any(1).float()
    many = assign(*heads[0], anchors, objects, real, TOPK_MANY)
    one = assign(*heads[1], anchors, objects, real, TOPK_ONE)
    loss = head_loss(*heads[0], objects, many, counted) + head_loss(*heads[1], objects, one, counted)
    for boxes, logits in heads[2:]:  # answers for the places that the one-to-many head chose
        loss = loss + AUXILIARY_GAIN * head_loss(boxes, logits, objects, many, counted)
    return loss
