"""Muon for the convolutions and AdamW for the rest, and a moving average of the weights."""

import torch
from torch import nn


def orthogonal(m: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Nearly the orthogonal factor of each matrix in [B,R,C], by a quintic Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = m / (m.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    for _ in range(steps):
        g = x @ x.mT
        x = a * x + (b * g + c * g @ g) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum whose direction is made orthogonal: every direction of a kernel, seen as a matrix, learns equally fast.

    An update has a root mean square of 0.2 * lr, as AdamW's has, so that both share a learning rate.
    """

    def __init__(self, params, lr: float, momentum: float = 0.95, weight_decay: float = 0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            same: dict[tuple, list] = {}
            for p in group["params"]:
                if p.grad is not None:
                    same.setdefault(tuple(p.shape), []).append(p)
            for shape, params in same.items():  # kernels of one shape go through the iteration together
                rows, columns = shape[0], p_columns(shape)
                directions = torch.stack([self.direction(p, group["momentum"]).reshape(rows, columns) for p in params])
                scale = 0.2 * max(rows, columns) ** 0.5 * group["lr"]
                for p, update in zip(params, orthogonal(directions)):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(update.reshape(shape), alpha=scale)

    def direction(self, p, momentum: float):
        buffer = self.state[p].setdefault("buffer", torch.zeros_like(p))
        buffer.lerp_(p.grad, 1 - momentum)
        return p.grad.lerp(buffer, momentum)


def p_columns(shape) -> int:
    return int(torch.Size(shape[1:]).numel())


def optimisers(net: nn.Module, lr: float, muon_lr: float, weight_decay: float) -> list[torch.optim.Optimizer]:
    """Muon for dense kernels with a normalisation behind; AdamW for depthwise ones, predictions, biases and norms."""
    normalised = {id(m.conv.weight) for m in net.modules() if hasattr(m, "bn") and hasattr(m, "conv")}
    dense, rest, plain = [], [], []
    for p in net.parameters():
        if id(p) in normalised and p.shape[1] > 1:
            dense.append(p)
        else:
            (rest if p.ndim > 1 else plain).append(p)
    adam = torch.optim.AdamW(
        [{"params": rest, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}], lr
    )
    return [Muon(dense, muon_lr, weight_decay=weight_decay), adam]


class Average:
    """Exponential moving average of weights and statistics: what is measured and exported."""

    def __init__(self, net: nn.Module, decay: float):
        self.decay, self.values = decay, {k: v.clone() for k, v in net.state_dict().items()}

    @torch.no_grad()
    def update(self, net: nn.Module, iteration: int):
        d = min(self.decay, (1 + iteration) / (10 + iteration))
        for k, v in net.state_dict().items():
            if v.dtype.is_floating_point:
                self.values[k].lerp_(v, 1 - d)
            else:
                self.values[k].copy_(v)
