"""What a model is made of and what of it would fail where, before any work is put into it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import onnx
import onnxruntime

# what TensorRT 11's ONNX parser does not take, of what detectors are exported with (its docs/operators.md)
NOT_IN_TENSORRT = {
    "NonMaxSuppression": "its output has no fixed shape; export an end-to-end head",
    "QLinearConv": "only explicit Q/DQ pairs are taken; quantise with --format QDQ",
    "QLinearMatMul": "only explicit Q/DQ pairs are taken",
    "ConvInteger": "only explicit Q/DQ pairs are taken",
    "MatMulInteger": "only explicit Q/DQ pairs are taken",
    "DynamicQuantizeLinear": "scales must be constants",
}
TENSORRT_TOPK_LIMIT = 3840  # largest k of TopK
LEAST_OPSET = 13  # per-channel QuantizeLinear


@dataclass(frozen=True)
class Finding:
    """`backend` is whom it hurts; `fatal` if quantising makes no sense with it."""

    backend: str
    what: str
    fatal: bool = False


@dataclass(frozen=True)
class Facts:
    inputs: dict[str, str]
    outputs: dict[str, str]
    opset: int
    operators: dict[str, int]
    parameters: int
    findings: list[Finding]

    @property
    def fatal(self) -> list[Finding]:
        return [f for f in self.findings if f.fatal]


def described(value: onnx.ValueInfoProto) -> str:
    t = value.type.tensor_type
    sizes = [d.dim_param or str(d.dim_value) for d in t.shape.dim]
    return f"{onnx.TensorProto.DataType.Name(t.elem_type).lower()}[{','.join(sizes)}]"


def opset_of(model: onnx.ModelProto) -> int:
    return next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))


def check(path: Path) -> Facts:
    """Reads the file; a file that is no model at all raises onnx's own error."""
    model = onnx.load(path)
    graph = model.graph
    constants = {i.name for i in graph.initializer}
    inputs = [i for i in graph.input if i.name not in constants]
    return Facts(
        {i.name: described(i) for i in inputs},
        {o.name: described(o) for o in graph.output},
        opset_of(model),
        dict(Counter(n.op_type for n in graph.node).most_common()),
        sum(int(onnx.numpy_helper.to_array(i).size) for i in graph.initializer),
        list(findings(path, model, inputs)),
    )


def findings(path: Path, model: onnx.ModelProto, inputs):
    graph = model.graph
    operators = {n.op_type for n in graph.node}
    if opset_of(model) < LEAST_OPSET:
        yield Finding(
            "all", f"opset {opset_of(model)}: per-channel Q/DQ needs {LEAST_OPSET} or later; export anew", True
        )
    if operators & {"QuantizeLinear", "QLinearConv", "ConvInteger"}:
        yield Finding("all", "already quantised: start from the float32 file", True)
    if len(inputs) != 1:
        yield Finding("all", f"one input was expected, there are {len(inputs)}", True)
    for i in inputs:
        sizes = [d.dim_value for d in i.type.tensor_type.shape.dim]
        if len(sizes) != 4 or sizes[1] != 3:
            yield Finding("all", f"input {i.name}: expected [N,3,H,W], is {described(i)}", True)
        elif 0 in sizes:
            yield Finding("TensorRT", f"input {i.name} {described(i)} has free sizes: needs an optimisation profile")
    if not end_to_end(graph):
        yield Finding("all", "no end-to-end head [N,K,6]: fine to quantise, but detections are filtered outside of it")
    for op in sorted(operators & NOT_IN_TENSORRT.keys()):
        yield Finding("TensorRT", f"{op}: {NOT_IN_TENSORRT[op]}")
    for n in graph.node:
        if n.domain not in ("", "ai.onnx"):
            yield Finding("TensorRT", f"{n.op_type} of {n.domain} is known to ONNX Runtime only")
    constants = {i.name: i for i in graph.initializer}
    for n in graph.node:
        if n.op_type == "TopK" and n.input[1] in constants:
            k = int(onnx.numpy_helper.to_array(constants[n.input[1]]).max())
            if k > TENSORRT_TOPK_LIMIT:
                yield Finding("TensorRT", f"TopK of {k}: at most {TENSORRT_TOPK_LIMIT} there")
    try:
        onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except Exception as e:  # whatever it is, it is what a user would meet
        yield Finding("ONNX Runtime CPU", f"cannot load it: {' '.join(str(e).split())[:300]}", True)


def end_to_end(graph: onnx.GraphProto) -> bool:
    """Whether the only output is [N,K,6]."""
    shapes = [[d.dim_value for d in o.type.tensor_type.shape.dim] for o in graph.output]
    return len(shapes) == 1 and len(shapes[0]) == 3 and shapes[0][2] == 6


def printed(facts: Facts) -> str:
    lines = [f"  input    {name} {what}" for name, what in facts.inputs.items()]
    lines += [f"  output   {name} {what}" for name, what in facts.outputs.items()]
    lines.append(f"  opset {facts.opset}, {facts.parameters:,} parameters")
    lines.append("  operators " + ", ".join(f"{k} {v}" for k, v in facts.operators.items()))
    lines += [f"  {'FAILS' if f.fatal else 'note'} ({f.backend}): {f.what}" for f in facts.findings]
    return "\n".join(lines)
