"""Which place answers for which object: task-aligned assignment, batched, the same metric for both heads."""

from typing import NamedTuple

import torch

ALPHA, BETA = 0.5, 6.0  # metric = score^ALPHA * IoU^BETA, equal for both heads: consistent dual assignment


class Assignment(NamedTuple):
    """Positive places, one row each."""

    image: torch.Tensor
    place: torch.Tensor
    object: torch.Tensor
    weight: torch.Tensor  # target score in (0, 1]


def iou(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """IoU of corner boxes [..., 4] that broadcast against each other."""
    corner, opposite = torch.max(a[..., :2], b[..., :2]), torch.min(a[..., 2:], b[..., 2:])
    both = (opposite - corner).clamp(0).prod(-1)
    area_a, area_b = ((t[..., 2:] - t[..., :2]).clamp(1e-4).prod(-1) for t in (a, b))
    return both / (area_a + area_b - both)


@torch.no_grad()
def assign(boxes, logits, anchors, objects, real, topk: int) -> Assignment:
    """boxes [N,P,4], logits [N,P,C], anchors [P,2], objects [N,M,5] (corners, class), real [N,M] false for padding."""
    corners, label = objects[..., :4], objects[..., 4].long()
    offset = torch.cat([anchors - corners[..., None, :2], corners[..., None, 2:] - anchors], -1)
    inside = (offset.amin(-1) > 0) & real[..., None]
    overlap = iou(corners[:, :, None], boxes[:, None]) * inside
    score = logits.sigmoid().transpose(1, 2).gather(1, label[..., None].expand(-1, -1, boxes.shape[1]))
    metric = score**ALPHA * overlap**BETA
    chosen = torch.zeros_like(inside).scatter_(2, metric.topk(topk, 2)[1], True) & (metric > 1e-12)
    # an object nobody overlaps yet still gets the place nearest to its centre, or nothing would ever learn it
    centre = (corners[..., :2] + corners[..., 2:]) / 2
    nearest = (anchors - centre[..., None, :]).square().sum(-1).argmin(-1, keepdim=True)
    alone = real & ~chosen.any(-1)
    chosen |= torch.zeros_like(chosen).scatter_(2, nearest, True) & alone[..., None]
    # a place that several objects want answers for the one it overlaps most
    best = torch.zeros_like(chosen).scatter_(1, (overlap * chosen + chosen * 1e-6).argmax(1, keepdim=True), True)
    chosen &= best
    metric, overlap = metric * chosen, overlap * chosen
    weight = metric * overlap.amax(2, keepdim=True) / (metric.amax(2, keepdim=True) + 1e-9)
    image, obj, place = chosen.nonzero(as_tuple=True)
    return Assignment(image, place, obj, weight[image, obj, place].clamp(min=0.05))
