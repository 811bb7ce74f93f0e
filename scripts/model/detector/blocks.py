"""Building blocks. Feature maps are [batch, channels, height, width].

A block with parallel branches has `merge()`: it folds batch normalisation and branches into one convolution, in place.
`merge_all` calls it on every block of a network; a merged network computes the same function.
"""

import torch
from torch import nn


def folded(conv: nn.Conv2d, bn: nn.BatchNorm2d) -> tuple[torch.Tensor, torch.Tensor]:
    """The kernel and bias of a convolution without bias and the batch normalisation after it."""
    scale = bn.weight / (bn.running_var + bn.eps).sqrt()
    return conv.weight * scale.view(-1, 1, 1, 1), bn.bias - bn.running_mean * scale


def plain_conv(like: nn.Conv2d, kernel: torch.Tensor, bias: torch.Tensor) -> nn.Conv2d:
    """A convolution with bias, geometry as of `like`."""
    conv = nn.Conv2d(
        kernel.shape[1] * like.groups,
        kernel.shape[0],
        kernel.shape[-1],
        like.stride,
        kernel.shape[-1] // 2,
        groups=like.groups,
    )
    conv.weight.data.copy_(kernel)
    conv.bias.data.copy_(bias)
    return conv


class Conv(nn.Module):
    """Convolution, batch normalisation, ReLU (which a Q/DQ graph fuses into the convolution)."""

    def __init__(self, i: int, o: int, k: int = 1, s: int = 1, groups: int = 1, act: bool = True):
        super().__init__()
        self.conv = nn.Conv2d(i, o, k, s, k // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(o, eps=1e-3, momentum=0.03)
        self.act = nn.ReLU(True) if act else nn.Identity()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))

    def merge(self):
        if isinstance(self.bn, nn.BatchNorm2d):
            self.conv, self.bn = plain_conv(self.conv, *folded(self.conv, self.bn)), nn.Identity()


class RepConv(nn.Module):
    """A k x k convolution trained with parallel branches: k x k, a smaller kernel, and the input itself where it fits.

    The branches add gradient paths in training and are one k x k convolution after `merge()`.
    """

    def __init__(self, i: int, o: int, k: int = 3, small: int = 1, s: int = 1, groups: int = 1, act: bool = True):
        super().__init__()
        self.large = Conv(i, o, k, s, groups, act=False)
        self.small = Conv(i, o, small, s, groups, act=False)
        self.identity = nn.BatchNorm2d(i, eps=1e-3, momentum=0.03) if i == o and s == 1 else None
        self.merged = None
        self.act = nn.ReLU(True) if act else nn.Identity()

    def forward(self, x):
        if self.merged is not None:
            return self.act(self.merged(x))
        y = self.large(x) + self.small(x)
        return self.act(y if self.identity is None else y + self.identity(x))

    def merge(self):
        if self.merged is not None:
            return
        conv = self.large.conv
        kernel, bias = folded(conv, self.large.bn)
        add_kernel, add_bias = folded(self.small.conv, self.small.bn)
        pad = (kernel.shape[-1] - add_kernel.shape[-1]) // 2
        kernel, bias = kernel + nn.functional.pad(add_kernel, [pad] * 4), bias + add_bias
        if self.identity is not None:
            bn, middle = self.identity, kernel.shape[-1] // 2
            scale = bn.weight / (bn.running_var + bn.eps).sqrt()
            out = torch.arange(kernel.shape[0])
            kernel = kernel.clone()
            kernel[out, out % kernel.shape[1], middle, middle] += scale
            bias = bias + bn.bias - bn.running_mean * scale
        self.merged = plain_conv(conv, kernel.detach(), bias.detach())
        self.large = self.small = self.identity = None


class Bottleneck(nn.Module):
    """Two 3 x 3 convolutions and a shortcut; `rep` trains the second with parallel branches."""

    def __init__(self, c: int, rep: bool = False):
        super().__init__()
        self.a, self.b = Conv(c, c, 3), RepConv(c, c, 3) if rep else Conv(c, c, 3)

    def forward(self, x):
        return x + self.b(self.a(x))


class CompactBlock(nn.Module):
    """Compact inverted block (YOLOv10): cheap depthwise mixing of places, pointwise mixing of channels.

    For the deep stages, whose features have the lowest intrinsic rank. `large_kernel` widens the middle to 7 x 7.
    """

    def __init__(self, c: int, large_kernel: bool = False):
        super().__init__()
        middle = RepConv(2 * c, 2 * c, 7 if large_kernel else 3, 3 if large_kernel else 1, groups=2 * c)
        self.m = nn.Sequential(Conv(c, c, 3, groups=c), Conv(c, 2 * c), middle, Conv(2 * c, c), Conv(c, c, 3, groups=c))

    def forward(self, x):
        return x + self.m(x)


class C2f(nn.Module):
    """Splits the channels, sends one half through `n` blocks, and joins every intermediate result."""

    def __init__(self, i: int, o: int, n: int = 1, block=Bottleneck):
        super().__init__()
        self.h = o // 2
        self.a, self.z = Conv(i, o), Conv(self.h * (2 + n), o)
        self.m = nn.ModuleList(block(self.h) for _ in range(n))

    def forward(self, x):
        parts = list(self.a(x).split(self.h, 1))
        for m in self.m:
            parts.append(m(parts[-1]))
        return self.z(torch.cat(parts, 1))


class SCDown(nn.Module):
    """Spatial-channel decoupled downsampling (YOLOv10): pointwise changes channels, then depthwise stride 2."""

    def __init__(self, i: int, o: int):
        super().__init__()
        self.a, self.b = Conv(i, o), Conv(o, o, 3, 2, groups=o, act=False)

    def forward(self, x):
        x = self.a(x)
        if not self.training:
            return self.b(x)
        with torch.autocast(x.device.type, enabled=False):  # backwards, oneDNN is ten times as slow in bfloat16 here
            return self.b(x.float())


class LargeKernel(nn.Module):
    """A 7 x 7 depthwise convolution (trained with a parallel 3 x 3) and a pointwise one, as a residual."""

    def __init__(self, c: int):
        super().__init__()
        self.a, self.b = RepConv(c, c, 7, 3, groups=c), Conv(c, c, act=False)

    def forward(self, x):
        return x + self.b(self.a(x))


class Attention(nn.Module):
    """Multi-head self-attention over all places, with a depthwise convolution as position encoding."""

    def __init__(self, c: int, heads: int):
        super().__init__()
        self.heads, self.value_dim = heads, c // heads
        self.key_dim = self.value_dim // 2
        self.qkv = Conv(c, c * 2, act=False)
        self.position, self.z = Conv(c, c, 3, groups=c, act=False), Conv(c, c, act=False)

    def forward(self, x):
        b, c, h, w = x.shape
        parts = self.qkv(x).view(b, self.heads, 2 * self.key_dim + self.value_dim, h * w)
        q, k, v = parts.split([self.key_dim, self.key_dim, self.value_dim], 2)
        weights = (q.transpose(2, 3) @ k * self.key_dim**-0.5).softmax(-1)
        y = (v @ weights.transpose(2, 3)).reshape(b, c, h, w)
        return self.z(y + self.position(v.reshape(b, c, h, w)))


class PartialAttention(nn.Module):
    """Partial self-attention (PSA, YOLOv10): attention and a feed-forward net on half of the channels only."""

    def __init__(self, c: int):
        super().__init__()
        self.h = c // 2
        self.a, self.z = Conv(c, c), Conv(c, c)
        self.attention = Attention(self.h, max(1, self.h // 32))
        self.feed = nn.Sequential(Conv(self.h, 2 * self.h), Conv(2 * self.h, self.h, act=False))

    def forward(self, x):
        a, b = self.a(x).split(self.h, 1)
        b = b + self.attention(b)
        return self.z(torch.cat([a, b + self.feed(b)], 1))


class SimAM(nn.Module):
    """Parameter-free attention: a place counts by how far it stands out of its channel's mean."""

    def __init__(self, damping: float = 1e-4):
        super().__init__()
        self.damping = damping

    def forward(self, x):
        squared = (x - x.mean((2, 3), keepdim=True)).square()
        energy = squared / (4 * (squared.mean((2, 3), keepdim=True) + self.damping)) + 0.5
        return x * energy.sigmoid()


def merge_all(net: nn.Module) -> nn.Module:
    """Merges every block of `net`, which must be in evaluation mode, in place."""
    for module in list(net.modules()):
        if isinstance(module, RepConv):
            module.merge()
    for module in list(net.modules()):
        if isinstance(module, Conv):
            module.merge()
    return net
