"""Starts a training from the weights of an exported model of the same shape, as if its normalisation had never gone."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from .blocks import Conv, RepConv
from .network import Network

FILTER_NORM = 0.577  # of a freshly initialised filter; sets how fast a normalised layer learns at a given rate


def exported_kernels(model: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Kernel and bias of each convolution, in the order of execution."""
    graph = onnx.load(model).graph
    values = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    for n in graph.node:  # the exporter keeps one of two equal biases
        if n.op_type == "Identity" and n.input[0] in values:
            values[n.output[0]] = values[n.input[0]]
    return [(values[n.input[1]], values[n.input[2]]) for n in graph.node if n.op_type == "Conv"]


def in_order_of_execution(net: Network, grey: torch.Tensor) -> list[nn.Conv2d]:
    """The convolutions that the exported graph consists of; not those of the added branches of a `RepConv`."""
    added = {id(m.small.conv) for m in net.modules() if isinstance(m, RepConv)}
    order: list[nn.Conv2d] = []
    hooks = [
        m.register_forward_hook(lambda m, i, o: order.append(m)) for m in net.modules() if isinstance(m, nn.Conv2d)
    ]
    _, features = net.features(grey)
    net.one2one(features)
    for h in hooks:
        h.remove()
    return [m for m in order if id(m) not in added]


@torch.no_grad()
def start_from(net: Network, model: Path, grey: torch.Tensor):
    """Gives `net` the function of the exported `model`; `grey` [N,1,H,W] are pictures to take statistics from.

    A folded convolution says nothing of the normalisation that went into it, so that is made anew from the statistics
    seen here. The one-to-many head starts as a copy of the one-to-one head; added branches start at zero.
    """
    net.eval()
    convolutions = in_order_of_execution(net, grey[:1])
    kernels = exported_kernels(model)
    if [tuple(c.weight.shape[i] for i in (0, 2, 3)) for c in convolutions] != [
        tuple(k.shape[i] for i in (0, 2, 3)) for k, _ in kernels
    ]:
        raise SystemExit(f"{model}: not a model of this network's shape; start without it (--start none)")
    owners = {id(m.conv): m for m in net.modules() if isinstance(m, Conv)}
    for m in net.modules():
        if isinstance(m, RepConv):
            for bn in (m.small.bn, m.identity):
                if bn is not None:
                    nn.init.zeros_(bn.weight)
    scales = {}
    for conv, (kernel, bias) in zip(convolutions, kernels):
        kernel, bias = torch.from_numpy(kernel.copy()), torch.from_numpy(bias.copy())
        if kernel.shape[1] != conv.weight.shape[1]:  # three equal channels are one
            kernel = kernel.sum(1, keepdim=True)
        if id(conv) not in owners:
            conv.weight.copy_(kernel)
            conv.bias.copy_(bias)
            continue
        scale = FILTER_NORM / kernel.flatten(1).norm(dim=1).clamp(min=1e-2)
        conv.weight.copy_(kernel * scale.view(-1, 1, 1, 1))
        bn = owners[id(conv)].bn
        bn.running_mean.zero_()
        bn.running_var.fill_(1 - bn.eps)
        bn.weight.copy_(1 / scale)
        bn.bias.copy_(bias)
        scales[id(conv)] = scale
    normalise(net, [c for c in convolutions if id(c) in owners], owners, scales, grey)
    net.one2many.load_state_dict(net.one2one.state_dict())
    net.train()


def normalise(net, convolutions, owners, scales, grey):
    """Moves what the pictures show of mean and variance into the normalisations, without changing the function."""
    seen: dict[int, list] = {}

    def note(conv, _, out):
        seen.setdefault(id(conv), []).append((out.mean((0, 2, 3)), out.square().mean((0, 2, 3))))

    hooks = [c.register_forward_hook(note) for c in convolutions]
    for part in grey.split(8):
        _, features = net.features(part)
        net.one2one(features)
    for h in hooks:
        h.remove()
    for c in convolutions:
        mean, square = (torch.stack(t).mean(0) for t in zip(*seen[id(c)]))
        bn, bias = owners[id(c)].bn, owners[id(c)].bn.bias.clone()
        variance = (square - mean.square()).clamp(min=0)
        bn.running_mean.copy_(mean)
        bn.running_var.copy_(variance)
        bn.weight.copy_((variance + bn.eps).sqrt() / scales[id(c)])
        bn.bias.copy_(bias + mean / scales[id(c)])
