"""Small networks and pictures: everything here takes seconds."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from detector.export import export  # noqa: E402
from detector.network import Network, Shape  # noqa: E402

torch.set_num_threads(1)  # networks this small only wait for a second thread
SIZE = 96
SMALL = {"widths": (8, 8, 16, 16), "head": 8, "depths": (1, 1, 1, 1)}


def network(**options) -> Network:
    """A network whose normalisations have statistics as after training, not those of a fresh one."""
    torch.manual_seed(3)
    net = Network(Shape(**{**SMALL, **options}))
    for m in net.modules():
        if isinstance(m, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(m.running_mean, -0.3, 0.3)
            torch.nn.init.uniform_(m.running_var, 0.5, 2.0)
            torch.nn.init.uniform_(m.weight, 0.5, 1.5)
            torch.nn.init.uniform_(m.bias, -0.3, 0.3)
    for head in (net.one2many, net.one2one):
        for cls in head.cls:
            torch.nn.init.normal_(cls[-1].bias, 0.0, 0.1)  # scores that differ
    return net.eval()


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("model") / "small.onnx"
    export(network().deploy(), file, SIZE)
    return file


@pytest.fixture(scope="session")
def tensors(tmp_path_factory) -> list[Path]:
    """As `ringsight tensors` writes them."""
    folder, rng = tmp_path_factory.mktemp("tensors"), np.random.default_rng(5)
    files = [folder / f"{k}.npy" for k in range(6)]
    for f in files:
        grey = rng.random((1, 1, SIZE // 8, SIZE // 8), np.float32).repeat(8, 2).repeat(8, 3)
        np.save(f, np.repeat((grey > 0.5).astype(np.float32), 3, 1))
    return files
