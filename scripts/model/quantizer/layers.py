"""Compares two models of one graph layer by layer, on the same pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

DEQUANTIZED = "_DequantizeLinear_Output"


@dataclass(frozen=True)
class Layer:
    """How far a layer's output moved. `error` is the root mean square difference over the root mean square value."""

    name: str
    operator: str
    precision: str
    cosine: float
    error: float
    added: float  # error that its inputs did not have already


def with_outputs(path: Path, wanted: set[str]) -> onnxruntime.InferenceSession:
    """A session that also returns inner tensors; unoptimised, or they would be fused away."""
    model = onnx.load(path)
    for name in wanted - {o.name for o in model.graph.output}:
        model.graph.output.append(onnx.ValueInfoProto(name=name))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def pairs(reference: onnx.ModelProto, other: onnx.ModelProto) -> list[tuple[onnx.NodeProto, str, str, str]]:
    """(node, its tensor in the reference, the same in the other, precision) of each convolution's activated output."""
    readers = {}
    for n in reference.graph.node:
        for i in n.input:
            readers.setdefault(i, []).append(n)
    there = {o: n for n in other.graph.node for o in n.output}
    by_name = {n.name: n for n in other.graph.node}
    halves = {i.name for i in other.graph.initializer if i.data_type == onnx.TensorProto.FLOAT16}
    rows = []
    for n in reference.graph.node:
        if n.op_type != "Conv":
            continue
        tensor = n.output[0]
        follower = readers.get(tensor, [])
        if len(follower) == 1 and follower[0].op_type == "Relu":
            tensor = follower[0].output[0]
        if tensor + DEQUANTIZED in there:
            rows.append((n, tensor, tensor + DEQUANTIZED, "int8"))
        elif tensor in there:
            same = by_name.get(n.name)
            rows.append((n, tensor, tensor, "float16" if same and same.input[1] in halves else "float32"))
    return rows


def producers(model: onnx.ModelProto, measured: set[str]):
    """For each measured tensor, the measured tensors it is computed from."""
    made = {o: n for n in model.graph.node for o in n.output}

    def sources(tensor):
        found, todo = set(), list(made[tensor].input) if tensor in made else []
        while todo:
            t = todo.pop()
            if t in measured:
                found.add(t)
            elif t in made:
                todo.extend(made[t].input)
        return found

    return {t: sources(t) for t in measured}


def compare(reference: Path, other: Path, files: list[Path]) -> list[Layer]:
    """Layers in the order of execution."""
    a, b = onnx.load(reference), onnx.load(other)
    rows = pairs(a, b)
    left, right = (with_outputs(p, {row[k] for row in rows}) for p, k in ((reference, 1), (other, 2)))
    products = np.zeros((len(rows), 4))  # a*b, a*a, b*b, (a-b)^2
    for f in files:
        picture = np.load(f)
        of_a = left.run([r[1] for r in rows], {left.get_inputs()[0].name: picture.astype(kind(left))})
        of_b = right.run([r[2] for r in rows], {right.get_inputs()[0].name: picture.astype(kind(right))})
        for k, (x, y) in enumerate(zip(of_a, of_b)):
            x, y = x.astype(np.float64).ravel(), y.astype(np.float64).ravel()
            products[k] += x @ y, x @ x, y @ y, (x - y) @ (x - y)
    cosine = products[:, 0] / np.sqrt(products[:, 1] * products[:, 2] + 1e-30)
    error = np.sqrt(products[:, 3] / (products[:, 1] + 1e-30))
    position = {row[1]: k for k, row in enumerate(rows)}
    sources = producers(a, set(position))
    before = [max((error[position[s]] for s in sources[row[1]]), default=0.0) for row in rows]
    return [
        Layer(row[0].name, row[0].op_type, row[3], float(cosine[k]), float(error[k]), float(error[k] - before[k]))
        for k, row in enumerate(rows)
    ]


def kind(session: onnxruntime.InferenceSession):
    return {"tensor(float16)": np.float16, "tensor(uint8)": np.uint8}.get(session.get_inputs()[0].type, np.float32)


def printed(layers: list[Layer], limit: int = 0) -> str:
    """A table, worst first; all rows if `limit` is 0."""
    rows = sorted(layers, key=lambda layer: layer.cosine)
    lines = [f"  {'layer':58} {'precision':9} {'cosine':>8} {'error':>7} {'added':>7}"]
    lines += [
        f"  {r.name[-58:]:58} {r.precision:9} {r.cosine:8.5f} {r.error:7.4f} {r.added:+7.4f}"
        for r in rows[: limit or None]
    ]
    return "\n".join(lines)
