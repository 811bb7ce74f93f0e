"""float16: half the file; inputs and outputs stay float32, and so do the operators that half precision would hurt."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .graph import Graph, named
from .int8 import finish

SMALLEST, LARGEST = 6.1e-5, 65504.0  # normal numbers of float16


def convert(prepared: Path, source: Path, out: Path) -> int:
    """Writes a file whose convolutions and all between them are float16; returns how many nodes are.

    Everything behind the last convolutions stays float32: a coordinate of 600 pixels would be rounded to half a pixel,
    and indices beyond 2048 would be wrong.
    """
    model = named(onnx.load(prepared))
    graph = Graph(model)
    keep = graph.decoding()
    types = {v.name: v.type.tensor_type.elem_type for v in onnx.shape_inference.infer_shapes(model).graph.value_info}
    types |= {v.name: v.type.tensor_type.elem_type for v in (*model.graph.input, *model.graph.output)}
    types |= {i.name: i.data_type for i in model.graph.initializer}
    half = {n for n, node in graph.nodes.items() if n not in keep and node.op_type not in ("Constant", "Resize")}
    half |= {n for n, node in graph.nodes.items() if n not in keep and node.op_type == "Resize"}
    weights = {i.name: i for i in model.graph.initializer}
    nodes, casts, new_weights = [], {}, {}

    def cast(tensor: str, to: int) -> str:
        key = (tensor, to)
        if key not in casts:
            casts[key] = f"{tensor}_{'half' if to == TensorProto.FLOAT16 else 'float'}"
            nodes.append(helper.make_node("Cast", [tensor], [casts[key]], name=f"Cast_{casts[key]}", to=to))
        return casts[key]

    for node in model.graph.node:
        wants_half = node.name in half
        for k, tensor in enumerate(node.input):
            if types.get(tensor) != TensorProto.FLOAT or (node.op_type == "Resize" and k > 0):
                continue
            made_half = graph.producer.get(tensor) in half
            if wants_half and tensor in weights:
                new_weights[tensor + "_half"] = halved(weights[tensor], tensor + "_half")
                node.input[k] = tensor + "_half"
            elif wants_half and not made_half:
                node.input[k] = cast(tensor, TensorProto.FLOAT16)
            elif not wants_half and made_half:
                node.input[k] = cast(tensor, TensorProto.FLOAT)
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    used = {i for n in nodes for i in n.input}
    model.graph.initializer.extend(new_weights.values())
    kept = [i for i in model.graph.initializer if i.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    del model.graph.value_info[:]
    onnx.save(model, out)
    finish(source, out)
    return len(half)


def halved(weights: onnx.TensorProto, name: str) -> onnx.TensorProto:
    values = numpy_helper.to_array(weights)
    biggest = float(np.abs(values).max(initial=0))
    if biggest > LARGEST:
        raise SystemExit(f"{weights.name}: {biggest:g} is beyond float16; this model cannot be converted")
    values = np.where(np.abs(values) < SMALLEST / 1024, 0, values)  # below the least subnormal
    return numpy_helper.from_array(values.astype(np.float16), name)
