"""Writes the averaged weights of a checkpoint as ONNX: `python -m detector.export CHECKPOINT DATA_DIR OUT.onnx`."""

import argparse
from pathlib import Path

import onnx
import torch

from .calibrate import calibrate
from .dataset import NAMES, load, stems
from .network import STRIDES, Network, Shape

OPSET = 17


def from_checkpoint(checkpoint: Path) -> Network:
    """The network to export, merged."""
    state = torch.load(checkpoint, map_location="cpu")
    net = Network(Shape.of(state["shape"]))
    net.load_state_dict(state["average"])
    return net.deploy()


def export(net: Network, out: Path, size: int = 640):
    """Input images [1,3,size,size] RGB in 0..1; output output0 [1,300,6] x1 y1 x2 y2 confidence class."""
    torch.onnx.export(
        net,
        (torch.zeros(1, 3, size, size),),
        out,
        input_names=["images"],
        output_names=["output0"],
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load(out)
    facts = {
        "description": "Ringsight PCB defects, trained on DeepPCB trainval",
        "license": "Apache-2.0",
        "names": dict(enumerate(NAMES)),
        "imgsz": [size, size],
        "stride": max(STRIDES),
        "batch": 1,
        "task": "detect",
        "end2end": True,
    }
    onnx.helper.set_model_props(model, {k: str(v) for k, v in facts.items()})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, out)


def main():
    p = argparse.ArgumentParser(prog="detector.export", description=__doc__.splitlines()[0])
    p.add_argument("checkpoint", type=Path)
    p.add_argument("data", type=Path, help="what it was trained on: confidences are calibrated on its trainval.txt")
    p.add_argument("out", type=Path)
    o = p.parse_args()
    net = from_checkpoint(o.checkpoint)
    calibrate(net, load(o.data, stems(o.data / "trainval.txt")))
    export(net, o.out)
    print(f"{o.out}: {o.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
