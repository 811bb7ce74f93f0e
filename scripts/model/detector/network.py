"""The network: a backbone to stride 16, a neck, and two heads on strides 8 and 16 that share all below them."""

import math
from dataclasses import asdict, dataclass

import torch
from torch import nn

from .blocks import Bottleneck, C2f, CompactBlock, Conv, LargeKernel, PartialAttention, SCDown, SimAM, merge_all

STRIDES = (8, 16)  # input pixels between two places of each level
MAX_OBJECTS = 300


@dataclass(frozen=True)
class Shape:
    """What a network is made of; stored in checkpoints."""

    classes: int = 6
    widths: tuple[int, int, int, int] = (16, 24, 64, 96)  # channels at strides 2, 4, 8, 16
    head: int = 48
    depths: tuple[int, int, int, int] = (1, 2, 2, 1)  # blocks at strides 4, 8, 16 and in each half of the neck
    rep: bool = False  # second convolution of each bottleneck trained with parallel branches
    compact: bool = False  # stride 16 of compact inverted blocks instead of bottlenecks
    large_kernel: bool = True  # 7 x 7 depthwise at stride 16, trained with parallel branches
    attention: bool = False  # partial self-attention at stride 16
    simam: bool = False
    auxiliary: bool = True  # a one-to-many head on the backbone, for its gradient only

    def as_dict(self) -> dict:
        return asdict(self)

    @staticmethod
    def of(values: dict) -> "Shape":
        return Shape(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})


def start(box: nn.Conv2d, cls: nn.Conv2d):
    """At first boxes of about two places, and one object in 300 places."""
    nn.init.constant_(box.bias, 1.0)
    nn.init.constant_(cls.bias, -math.log(300))


class Head(nn.Module):
    """Box distances [N,4,P] and class logits [N,C,P] of all places of all levels; the class half is separable."""

    def __init__(self, channels: tuple[int, ...], width: int, classes: int):
        super().__init__()
        self.box = nn.ModuleList(
            nn.Sequential(Conv(c, width, 3), Conv(width, width, 3), nn.Conv2d(width, 4, 1)) for c in channels
        )
        self.cls = nn.ModuleList(
            nn.Sequential(
                Conv(c, c, 3, groups=c),
                Conv(c, width),
                Conv(width, width, 3, groups=width),
                Conv(width, width),
                nn.Conv2d(width, classes, 1),
            )
            for c in channels
        )
        for b, c in zip(self.box, self.cls):
            start(b[-1], c[-1])

    def forward(self, features):
        boxes = [b(f).flatten(2) for b, f in zip(self.box, features)]
        return torch.cat(boxes, 2), torch.cat([c(f).flatten(2) for c, f in zip(self.cls, features)], 2)


class AuxiliaryHead(nn.Module):
    """The least that can be trained on feature maps: one pointwise convolution a level for boxes, one for classes."""

    def __init__(self, channels: tuple[int, ...], classes: int):
        super().__init__()
        self.box = nn.ModuleList(nn.Conv2d(c, 4, 1) for c in channels)
        self.cls = nn.ModuleList(nn.Conv2d(c, classes, 1) for c in channels)
        for b, c in zip(self.box, self.cls):
            start(b, c)

    forward = Head.forward


class Backbone(nn.Module):
    """Grey picture [N,1,H,W] to features at strides 8 and 16."""

    def __init__(self, s: Shape):
        super().__init__()
        c2, c4, c8, c16 = s.widths
        n4, n8, n16, _ = s.depths

        def bottleneck(c):
            return Bottleneck(c, s.rep)

        def deep(c):
            return CompactBlock(c, s.large_kernel) if s.compact else bottleneck(c)

        self.stem, self.down4, self.stage4 = Conv(1, c2, 3, 2), Conv(c2, c4, 3, 2), C2f(c4, c4, n4, bottleneck)
        self.down8, self.stage8 = SCDown(c4, c8), C2f(c8, c8, n8, bottleneck)
        extras = [LargeKernel(c16)] * s.large_kernel + [PartialAttention(c16)] * s.attention + [SimAM()] * s.simam
        self.down16, self.stage16 = SCDown(c8, c16), nn.Sequential(C2f(c16, c16, n16, deep), *extras)

    def forward(self, x):
        p8 = self.stage8(self.down8(self.stage4(self.down4(self.stem(x)))))
        return p8, self.stage16(self.down16(p8))


class Network(nn.Module):
    """Trains with `train_outputs` on grey pictures; `deploy()` turns it into the network that is exported."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        _, _, c8, c16 = shape.widths
        n = shape.depths[3]
        self.backbone = Backbone(shape)
        self.neck8 = C2f(c16 + c8, c8, n, lambda c: Bottleneck(c, shape.rep))
        self.neck_down, self.neck16 = SCDown(c8, c8), C2f(c8 + c16, c16, n, lambda c: Bottleneck(c, shape.rep))
        self.one2many = Head((c8, c16), shape.head, shape.classes)
        self.one2one = Head((c8, c16), shape.head, shape.classes)
        self.auxiliary = AuxiliaryHead((c8, c16), shape.classes) if shape.auxiliary else None

    def features(self, x):
        """Feature maps at strides 8 and 16, of the backbone and of the neck."""
        p8, p16 = self.backbone(x)
        n8 = self.neck8(torch.cat([nn.functional.interpolate(p16, scale_factor=2.0), p8], 1))
        return (p8, p16), (n8, self.neck16(torch.cat([self.neck_down(n8), p16], 1)))

    @staticmethod
    def places(features) -> tuple[torch.Tensor, torch.Tensor]:
        """Centres [P, 2] and strides [P, 1] of all places, in input pixels."""
        centres, strides = [], []
        for f, stride in zip(features, STRIDES):
            h, w = f.shape[2:]
            y, x = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
            centres.append(((torch.stack([x, y], -1).float() + 0.5) * stride).reshape(-1, 2))
            strides.append(torch.full((h * w, 1), float(stride)))
        return torch.cat(centres).to(features[0].device), torch.cat(strides).to(features[0].device)

    @staticmethod
    def boxes(raw: torch.Tensor, centres: torch.Tensor, strides: torch.Tensor) -> torch.Tensor:
        """Corner boxes [N,P,4] in input pixels from raw distances [N,4,P]."""
        d = nn.functional.softplus(raw.transpose(1, 2)) * strides
        return torch.cat([centres - d[..., :2], centres + d[..., 2:]], -1)

    def train_outputs(self, grey: torch.Tensor):
        """A list of (boxes, class logits) of the heads one-to-many, one-to-one and auxiliary, and the centres."""
        early, features = self.features(grey)
        centres, strides = self.places(features)
        heads = [self.one2many(features), self.one2one(features)]
        if self.auxiliary is not None:
            heads.append(self.auxiliary(early))
        return [(self.boxes(b.float(), centres, strides), c.float().transpose(1, 2)) for b, c in heads], centres

    def forward(self, x):
        """Objects [N, 300, 6]: x1 y1 x2 y2 confidence class, in input pixels, most confident first."""
        _, features = self.features(x)
        raw, logits = self.one2one(features)
        boxes, scores = self.boxes(raw, *self.places(features)), logits.transpose(1, 2).sigmoid()
        n, classes = min(MAX_OBJECTS, scores.shape[1]), self.shape.classes
        best = scores.max(2)[0].topk(n, 1)[1].unsqueeze(2)
        boxes, scores = boxes.gather(1, best.expand(-1, -1, 4)), scores.gather(1, best.expand(-1, -1, classes))
        score, index = scores.flatten(1).topk(n, 1)
        row = torch.div(index, classes, rounding_mode="floor")
        label = (index - row * classes).unsqueeze(2).float()
        return torch.cat([boxes.gather(1, row.unsqueeze(2).expand(-1, -1, 4)), score.unsqueeze(2), label], 2)

    def deploy(self) -> "Network":
        """Merges branches, drops what only training needs, and takes [N,3,H,W]; in place, in evaluation mode."""
        self.eval()
        merge_all(self)
        self.one2many = self.auxiliary = None
        stem = self.backbone.stem
        grey = stem.conv
        colour = nn.Conv2d(3, grey.out_channels, grey.kernel_size, grey.stride, grey.padding)
        colour.weight.data.copy_(grey.weight.repeat(1, 3, 1, 1) / 3)
        colour.bias.data.copy_(grey.bias)
        stem.conv = colour
        return self
