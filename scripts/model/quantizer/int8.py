"""Static INT8 with explicit Q/DQ, and which nodes stay in float."""

from dataclasses import dataclass
from pathlib import Path

import onnx
from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from .calibration import Pictures
from .dfl import as_sums
from .graph import Graph, named

# Pictures are mostly moved and added in eight bits too; a convolution alone saves only half as much
OPERATORS = ("Conv", "Relu", "Add", "Mul", "Sigmoid", "Concat", "Split", "Resize", "MaxPool", "MatMul")
EVERYTHING = (*OPERATORS, "Softmax", "Sub", "Div", "Slice", "Transpose", "Reshape", "Softplus")
METHODS = {
    "minmax": CalibrationMethod.MinMax,
    "average": CalibrationMethod.MinMax,  # a moving average over the pictures: one odd picture does not set the scale
    "entropy": CalibrationMethod.Entropy,
    "percentile": CalibrationMethod.Percentile,
}
HISTOGRAMS = ("entropy", "percentile")


@dataclass(frozen=True)
class Recipe:
    """`activation` u8: fast in ONNX Runtime on x86 (VNNI multiplies u8 by s8); s8: symmetric, as TensorRT asks."""

    activation: str = "u8"
    method: str = "minmax"
    safeguards: bool = True


def prepare(model: Path, out: Path) -> Path:
    """Folds constants, infers shapes and writes a DFL as sums; keeps names: what layers are compared with."""
    quant_pre_process(model, out, skip_symbolic_shape=True)
    onnx.save(as_sums(named(onnx.load(out))), out)
    return out


def quantize(prepared: Path, source: Path, out: Path, files: list[Path], recipe: Recipe, in_float: set[str]):
    """Writes the INT8 file. `in_float`: nodes not to touch; ignored without safeguards."""
    symmetric = recipe.activation == "s8"
    model = onnx.load(prepared)
    quantize_static(
        prepared,
        out,
        Pictures(model.graph.input[0].name, files),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=list(OPERATORS if recipe.safeguards else EVERYTHING),
        per_channel=recipe.safeguards,
        activation_type=QuantType.QInt8 if symmetric else QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=sorted(in_float) if recipe.safeguards else [],
        calibrate_method=METHODS[recipe.method],
        extra_options={
            "WeightSymmetric": True,
            "ActivationSymmetric": symmetric,
            # whatever the method: else it keeps what every layer made of all pictures, 17 GB of a hundred
            "CalibStridedMinMax": 1 if recipe.method in HISTOGRAMS else None,
            "CalibMovingAverage": recipe.method == "average",
            "CalibMovingAverageConstant": 0.02,
            # TensorRT has no 32-bit DequantizeLinear: there a bias stays in float
            "QuantizeBias": not symmetric,
        },
    )
    finish(source, out)


def finish(source: Path, out: Path):
    """Gives the new file the metadata of the old one, and lets onnx check it."""
    model, old = onnx.load(out), onnx.load(source)
    del model.metadata_props[:]
    model.metadata_props.extend(p for p in old.metadata_props if not p.key.startswith("onnx."))
    onnx.checker.check_model(model)
    onnx.save(model, out)


def ladder(prepared: Path, sensitivity: list[str]) -> list[tuple[str, set[str]]]:
    """What to keep in float, from fast to safe; the first that passes the gate is taken.

    `sensitivity`: convolutions, the one that adds most error first. A quantised model without the decoding in float
    is not even tried: see `Graph.decoding`.
    """
    graph = Graph(onnx.load(prepared))
    base = graph.decoding() | graph.predictions() | graph.first() | graph.products()
    steps = [("decoding, predictions, the first layer and products of attention", base)]
    attention = graph.attention()
    if attention:
        base = base | attention
        steps.append(("… and the rest of the attention", base))
    for count in (2, 4, 8):
        if count < len(sensitivity):
            worst = with_activation(graph, sensitivity[:count])
            steps.append((f"… and the {count} most sensitive layers", base | worst))
    boxes = base | graph.box_head()
    steps.append(("… and the box head", boxes))
    for count in (4, 8, 16):
        if count < len(sensitivity):
            worst = with_activation(graph, sensitivity[:count])
            steps.append((f"… the box head and the {count} most sensitive layers", boxes | worst))
    return steps


def with_activation(graph: Graph, convolutions: list[str]) -> set[str]:
    """The layers and the activation that directly follows them."""
    kept = set(convolutions)
    for c in convolutions:
        kept |= {f for f in graph.followers[c] if graph.nodes[f].op_type in ("Relu", "Sigmoid", "Mul")}
    return kept
