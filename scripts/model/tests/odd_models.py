"""Odd variants of real detectors, made by surgery on their graphs, and what each must come to."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RAW = "/model.23/Concat_3_output_0"  # YOLOv10's boxes and scores, before its top-k
RAW_TRANSPOSED = "/model.23/Transpose_output_0"
BOXES = "/model.23/Mul_2_output_0"
SCORES = "/model.23/Sigmoid_output_0"
LOGITS = "/model.23/Concat_1_output_0"
SIDE = 640


@dataclass
class Odd:
    """A variant and what it must come to.

    `right` finds what the original finds, `class 0` of the first class only, `nms` what is left of that after NMS, `as
    it is` what the variant itself finds in ONNX Runtime; `refused` ends with 2; `lost` gives no frame and ends with 1;
    `none` and `left out` give frames without some objects, and say so.
    """

    name: str
    expected: str
    make: Callable[["Surgery"], object]
    base: str = "yolov10n"
    yaml: list[str] = field(default_factory=list)
    write: Callable[["Surgery", Path], object] | None = None


class Surgery:
    """A model being changed."""

    def __init__(self, file: Path):
        self.model = onnx.load(file)
        self.graph = self.model.graph
        self.made = 0

    def const(self, value) -> str:
        self.made += 1
        self.graph.initializer.append(numpy_helper.from_array(np.asarray(value), f"odd_{self.made}"))
        return f"odd_{self.made}"

    def op(self, kind: str, *inputs: str, out: str = "", **attributes) -> str:
        self.made += 1
        name = out or f"odd_{self.made}"
        self.graph.node.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def part(self, tensor: str, begin: int, end: int, axis: int = 2, out: str = "") -> str:
        bounds = [self.const(np.array([bound])) for bound in (begin, end, axis)]
        return self.op("Slice", tensor, *bounds, out=out)

    def join(self, *tensors: str, axis: int, out: str = "out") -> str:
        return self.op("Concat", *tensors, axis=axis, out=out)

    def answer(self) -> str:
        """The output under another name, so that something may take its place."""
        old = self.graph.output[0].name
        for node in self.graph.node:
            for i, name in enumerate(node.output):
                node.output[i] = "answer" if name == old else name
        return "answer"

    def outputs(self, *tensors: tuple[str, list[int]], of: int = TensorProto.FLOAT) -> None:
        del self.graph.output[:]
        self.graph.output.extend(helper.make_tensor_value_info(name, of, shape) for name, shape in tensors)

    def metadata(self, **changes) -> None:
        values = {entry.key: entry.value for entry in self.model.metadata_props} | changes
        del self.model.metadata_props[:]
        for key, value in values.items():
            if value is not None:
                self.model.metadata_props.add(key=key, value=value)

    def affine(self, factor, offset=0.0) -> None:
        """The end-to-end answer's six numbers, each times a factor, plus an offset."""
        scaled = self.op("Mul", self.answer(), self.const(np.float32(factor)))
        self.op("Add", scaled, self.const(np.float32(offset)), out="out")
        self.outputs(("out", [1, 300, 6]))

    def raw(self, *tensors: str) -> None:
        self.join(*tensors, axis=1)
        self.outputs(("out", [1, 84, 8400]))

    def centred(self, boxes: str, unit: float, axis: int) -> str:
        low, high = self.part(boxes, 0, 2, axis), self.part(boxes, 2, 4, axis)
        middle = self.op("Mul", self.op("Add", low, high), self.const(np.float32(0.5 / unit)))
        size = self.op("Mul", self.op("Sub", high, low), self.const(np.float32(1 / unit)))
        return self.join(middle, size, axis=axis, out="")

    def reordered(self, *columns: tuple[int, int]) -> None:
        answer = self.answer()
        self.join(*(self.part(answer, *column) for column in columns), axis=2)
        self.outputs(("out", [1, 300, 6]))

    def input_type(self, kind: int) -> None:
        """Another type of input, of a size the file leaves open, as are the rows of the answer."""
        for node in self.graph.node:
            for i, name in enumerate(node.input):
                node.input[i] = "as_float" if name == "images" else name
        scale = self.const(np.float32(1 / 255 if kind == TensorProto.UINT8 else 1))
        self.graph.node.insert(0, helper.make_node("Cast", ["images"], ["cast"], to=TensorProto.FLOAT))
        self.graph.node.insert(1, helper.make_node("Mul", ["cast", scale], ["as_float"]))
        tensor = self.graph.input[0].type.tensor_type
        tensor.elem_type = kind
        for dim in [*tensor.shape.dim[2:], self.graph.output[0].type.tensor_type.shape.dim[1]]:
            dim.dim_param = "free"


def _cxcywh_end_to_end(s: Surgery) -> None:
    answer = s.answer()
    s.join(s.centred(answer, 1, 2), s.part(answer, 4, 6), axis=2)
    s.outputs(("out", [1, 300, 6]))


def _logits_end_to_end(s: Surgery) -> None:
    answer = s.answer()
    score = s.part(answer, 4, 5)
    logit = s.op("Log", s.op("Div", score, s.op("Sub", s.const(np.float32(1)), score)))
    s.join(s.part(answer, 0, 4), logit, s.part(answer, 5, 6), axis=2)
    s.outputs(("out", [1, 300, 6]))


def _detr(s: Surgery, order: int) -> None:
    answer = s.answer()
    s.part(answer, 0, 6, out="logits")
    s.op("Mul", s.part(answer, 0, 4), s.const(np.float32(1 / SIDE)), out="pred_boxes")
    s.outputs(*[("logits", [1, 300, 6]), ("pred_boxes", [1, 300, 4])][::order])


def _rtdetr_of_two(s: Surgery, **metadata) -> None:
    answer = s.answer()
    score = s.part(answer, 4, 5)
    s.join(s.op("Mul", s.part(answer, 0, 4), s.const(np.float32(1 / SIDE))), score, score, axis=2)
    s.outputs(("out", [1, 300, 6]))
    s.metadata(names="{0: 'a', 1: 'b'}", **metadata)


def _apart(s: Surgery) -> None:
    answer = s.answer()
    for name, begin, end in ("boxes", 0, 4), ("scores", 4, 5), ("labels", 5, 6):
        s.part(answer, begin, end, out=name)
    s.outputs(("boxes", [1, 300, 4]), ("scores", [1, 300, 1]), ("labels", [1, 300, 1]))


def _half_output(s: Surgery) -> None:
    s.op("Cast", s.answer(), out="out", to=TensorProto.FLOAT16)
    s.outputs(("out", [1, 300, 6]), of=TensorProto.FLOAT16)


def _squeezed(s: Surgery) -> None:
    s.op("Squeeze", s.answer(), s.const(np.array([0])), out="out")
    s.outputs(("out", [300, 6]))


def _decoded_yolox(s: Surgery) -> None:
    cells = [np.stack(np.meshgrid(np.arange(416 // t), np.arange(416 // t)), -1).reshape(-1, 2) for t in (8, 16, 32)]
    strides = [np.full((len(c), 1), t) for c, t in zip(cells, (8, 16, 32))]
    grid, stride = (s.const(np.concatenate(a)[None].astype(np.float32)) for a in (cells, strides))
    answer = s.answer()
    centre = s.op("Mul", s.op("Add", s.part(answer, 0, 2), grid), stride)
    size = s.op("Mul", s.op("Exp", s.part(answer, 2, 4)), stride)
    s.join(centre, size, s.part(answer, 4, 85), axis=2)
    s.outputs(("out", [1, 3549, 85]))


def all_of(names: dict[int, str]) -> Iterator[Odd]:
    """Every variant; `names` are the classes of the originals."""
    labels = ["labels: " + json.dumps(list(names.values()))]
    k = 1 / SIDE
    in_fractions = [k, k, k, k, 1, 1]
    claims = {"end2end": "False", "head": "Detect"}
    both = ("output0", [1, 300, 6]), (RAW, [1, 84, 8400])
    part = "/model.23/one2one_cv3.2/one2one_cv3.2.2/Conv_output_0"

    yield Odd("unchanged", "right", lambda s: None)
    yield Odd("raw", "right", lambda s: s.outputs((RAW, [1, 84, 8400])))
    yield Odd("raw-transposed", "refused", lambda s: s.outputs((RAW_TRANSPOSED, [1, 8400, 84])))
    yield Odd("raw-centred", "right", lambda s: s.raw(s.centred(BOXES, 1, 1), SCORES))
    yield Odd("raw-centred-in-fractions", "right", lambda s: s.raw(s.centred(BOXES, SIDE, 1), SCORES))
    yield Odd("raw-in-fractions", "right", lambda s: s.raw(s.op("Mul", BOXES, s.const(np.float32(k))), SCORES))
    yield Odd("raw-logits", "refused", lambda s: s.raw(BOXES, LOGITS))
    yield Odd("raw-for-nms", "nms", lambda s: (s.outputs((RAW, [1, 84, 8400])), s.metadata(**claims)))
    yield Odd("raw-centred-for-nms", "nms", lambda s: (s.raw(s.centred(BOXES, 1, 1), SCORES), s.metadata(**claims)))
    yield Odd("in-fractions", "refused", lambda s: s.affine(in_fractions))
    yield Odd("in-fractions-told", "right", lambda s: s.affine(in_fractions), yaml=["boxes: normalized-xyxy"])
    yield Odd("centred", "refused", _cxcywh_end_to_end)
    yield Odd("centred-told", "right", _cxcywh_end_to_end, yaml=["boxes: cxcywh"])
    yield Odd("class-before-confidence", "refused", lambda s: s.reordered((0, 4), (5, 6), (4, 5)))
    yield Odd("confidence-first", "refused", lambda s: s.reordered((4, 6), (0, 4)))
    yield Odd("logits", "refused", _logits_end_to_end)
    for name, offset in ("nan", np.nan), ("infinite", np.inf), ("7.3", 7.3):
        factor = [1, 1, 1, 1, 0 if offset == 7.3 else 1, 1]
        yield Odd(f"confidence-{name}", "refused", lambda s, f=factor, o=offset: s.affine(f, [0, 0, 0, 0, o, 0]))
    for name, offset in ("nan", np.nan), ("half", 0.5), ("negative", -200):
        yield Odd(f"class-{name}", "refused", lambda s, o=offset: s.affine(1, [0, 0, 0, 0, 0, o]))
    yield Odd("box-nan", "lost", lambda s: s.affine(1, [np.nan, 0, 0, 0, 0, 0]))
    yield Odd("box-outside", "none", lambda s: s.affine(1, [5000, 5000, 5000, 5000, 0, 0]))
    yield Odd("two-answers", "refused", lambda s: s.outputs(*both))
    yield Odd("two-answers-one-named", "right", lambda s: s.outputs(*both), yaml=["output: output0"])
    yield Odd("a-feature-map-beside", "right", lambda s: s.outputs(both[0], (part, [1, 80, 20, 20])))
    yield Odd("detr", "refused", lambda s: _detr(s, 1))
    yield Odd("detr-boxes-first", "refused", lambda s: _detr(s, -1))
    yield Odd("rtdetr-of-two-classes", "refused", lambda s: _rtdetr_of_two(s, end2end="False"))
    yield Odd("rtdetr-without-metadata", "refused", lambda s: _rtdetr_of_two(s, end2end=None, head=None))
    yield Odd("boxes-scores-labels", "refused", _apart)
    yield Odd("two-dimensions", "refused", _squeezed)
    yield Odd("half-precision-output", "refused", _half_output)
    yield Odd("bytes-of-free-size", "right", lambda s: s.input_type(TensorProto.UINT8))
    yield Odd("half-precision-of-free-size", "right", lambda s: s.input_type(TensorProto.FLOAT16))
    yield Odd("bfloat16", "refused", lambda s: s.input_type(TensorProto.BFLOAT16))
    yield Odd("external-weights", "right", lambda s: None)
    yield Odd("names-as-json", "right", lambda s: s.metadata(names=json.dumps({str(i): n for i, n in names.items()})))
    yield Odd("names-as-yaml", "right", lambda s: s.metadata(names="\n".join(f"{i}: {n}" for i, n in names.items())))
    yield Odd("names-from-one", "refused", lambda s: s.metadata(names=str({i + 1: n for i, n in names.items()})))
    yield Odd("newer-ir", "refused", lambda s: setattr(s.model, "ir_version", 40))
    yield Odd("newer-opset", "refused", lambda s: setattr(s.model.opset_import[0], "version", 90))
    yield Odd(
        "huge", "refused", lambda s: setattr(s.graph.input[0].type.tensor_type.shape.dim[2], "dim_value", 1 << 40)
    )
    yield Odd(
        "plugin", "refused", lambda s: (s.op("EfficientNMS_TRT", "output0", out="n"), s.outputs(("n", [1, 9, 6])))
    )
    yield Odd("yolox", "right", lambda s: None, "yolox-nano", [*labels, "head: yolox"])
    yield Odd("yolox-decoded", "right", _decoded_yolox, "yolox-nano", [*labels, "head: yolox"])
    yield Odd("yolox-not-told", "refused", lambda s: None, "yolox-nano", labels)
