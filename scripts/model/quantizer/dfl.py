"""The mean of a distribution, written so that it costs ONNX Runtime little."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

# since when an operator takes its axes as an input
AXES_ARE_INPUT = {"ReduceSum": 13, "ReduceMax": 18}


def as_sums(model: onnx.ModelProto) -> onnx.ModelProto:
    """Writes a Softmax over the channels and the 1x1 convolution to one channel behind it as sums of exponentials.

    That pair is how exporters write the mean of a box side's distribution (distribution focal loss, Li et al. 2020,
    arXiv:2006.04388). The values are the same. ONNX Runtime takes a Softmax over 16 channels row by row, with the whole
    tensor turned round before and after: a tenth of YOLOv10n's time on one core.
    """
    graph = model.graph
    opset = next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
    made = {n.output[0]: n for n in graph.node}
    weights = {i.name: i for i in graph.initializer}
    nodes = list(graph.node)
    for mean in graph.node:
        softmax = made.get(mean.input[0]) if is_mean(mean, weights) else None
        if softmax is None or not over_channels(softmax) or sum(softmax.output[0] in n.input for n in nodes) > 1:
            continue
        axes = numpy_helper.from_array(np.array([1], np.int64), f"{mean.name}/axes")
        at = nodes.index(mean)
        nodes[at : at + 1] = sums(softmax.input[0], mean, axes.name, opset)
        nodes.remove(softmax)
        graph.initializer.append(axes)
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def is_mean(node: onnx.NodeProto, weights: dict[str, onnx.TensorProto]) -> bool:
    """Whether it is a convolution without bias that sums weighted channels, pixel by pixel."""
    if node.op_type != "Conv" or len(node.input) != 2 or node.input[1] not in weights:
        return False
    dims = weights[node.input[1]].dims
    usual = {"strides": {1}, "pads": {0}}
    moved = any(set(a.ints) - usual.get(a.name, set(a.ints)) for a in node.attribute)
    return len(dims) == 4 and dims[0] == dims[2] == dims[3] == 1 and not moved


def over_channels(node: onnx.NodeProto) -> bool:
    return node.op_type == "Softmax" and any(a.name == "axis" and a.i == 1 for a in node.attribute)


def sums(x: str, mean: onnx.NodeProto, axes: str, opset: int) -> list[onnx.NodeProto]:
    """sum(w * exp(x - max)) / sum(exp(x - max)); less the maximum, so that nothing overflows."""
    name = mean.name

    def node(operator: str, inputs: list[str], output: str, **attributes) -> onnx.NodeProto:
        return helper.make_node(operator, inputs, [output], f"{name}/{operator}:{output}", **attributes)

    def reduced(operator: str, tensor: str, output: str) -> onnx.NodeProto:
        if opset >= AXES_ARE_INPUT[operator]:
            return node(operator, [tensor, axes], output, keepdims=1)
        return node(operator, [tensor], output, keepdims=1, axes=[1])

    return [
        reduced("ReduceMax", x, f"{name}/max"),
        node("Sub", [x, f"{name}/max"], f"{name}/below"),
        node("Exp", [f"{name}/below"], f"{name}/exp"),
        reduced("ReduceSum", f"{name}/exp", f"{name}/sum"),
        node("Mul", [f"{name}/exp", mean.input[1]], f"{name}/weighted"),
        reduced("ReduceSum", f"{name}/weighted", f"{name}/weighted_sum"),
        node("Div", [f"{name}/weighted_sum", f"{name}/sum"], mean.output[0]),
    ]
