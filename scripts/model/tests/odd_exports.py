"""Exports of other tools and other families, and files that are no detector: what each must come to.

As in odd_models, a variant is a real detector whose graph was changed; so the right answer is known.
"""

import gzip
import json
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import onnx
from odd_models import BOXES, LOGITS, RAW, RAW_TRANSPOSED, SCORES, SIDE, Odd, Surgery
from onnx import TensorProto, compose, helper, numpy_helper

FLOAT, DOUBLE, HALF = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16
END_TO_END = [1, 300, 6]
ANCHORS = 8400


def _scaled(s: Surgery, tensor: str, factor: float) -> str:
    return s.op("Mul", tensor, s.const(np.float32(factor)))


def _cast_output(s: Surgery, to: int) -> None:
    s.op("Cast", s.answer(), out="out", to=to)
    s.outputs(("out", END_TO_END), of=to)


def _with_objectness(s: Surgery, times: int, transposed: bool = False) -> None:
    """YOLOv5 and v7: centre and size, objectness, class scores; a row for each of three anchors."""
    ones = s.const(np.ones((1, 1, ANCHORS), np.float32))
    rows = s.join(s.centred(BOXES, 1, 1), ones, SCORES, axis=1, out="")
    wide = s.join(*[rows] * times, axis=2, out="wide")
    if transposed:
        s.outputs((wide, [1, 85, times * ANCHORS]))
        return
    s.op("Transpose", wide, out="out", perm=[0, 2, 1])
    s.outputs(("out", [1, times * ANCHORS, 85]))


def _rows_with_picture_number(s: Surgery, rank: int) -> None:
    """YOLOv7's NMS in the file: [picture, x1, y1, x2, y2, class, confidence]."""
    answer = s.answer()
    parts = [_scaled(s, s.part(answer, 0, 1), 0), s.part(answer, 0, 4), s.part(answer, 5, 6), s.part(answer, 4, 5)]
    rows = s.join(*parts, axis=2)
    if rank == 2:
        s.op("Squeeze", rows, s.const(np.array([0])), out="flat")
        s.outputs(("flat", [300, 7]))
    else:
        s.outputs(("out", [1, 300, 7]))


def _only_confident_rows(s: Surgery) -> None:
    """As many rows as there are objects: what a file with ONNX' own NonMaxSuppression gives."""
    flat = s.op("Squeeze", s.answer(), s.const(np.array([0])))
    score = s.op("Squeeze", s.op("Slice", flat, *(s.const(np.array([n])) for n in (4, 5, 1))), s.const(np.array([1])))
    sure = s.op("Greater", score, s.const(np.float32(0.1)))
    s.op("Unsqueeze", s.op("Compress", flat, sure, axis=0), s.const(np.array([0])), out="out")
    s.outputs(("out", [1, "objects", 6]))


def _empty_below(s: Surgery, least: float, factor: list[float], centred: bool = False) -> None:
    """Rows of zeros for what is not confident, as files with NMS give: a test picture shows nothing."""
    answer = s.answer()
    sure = s.op("Cast", s.op("Greater", s.part(answer, 4, 5), s.const(np.float32(least))), to=FLOAT)
    if centred:
        answer = s.join(s.centred(answer, 1, 2), s.part(answer, 4, 6), axis=2, out="")
    s.op("Mul", s.op("Mul", answer, sure), s.const(np.float32(factor)), out="out")
    s.outputs(("out", END_TO_END))


def _tensorflow(s: Surgery, names: list[str]) -> None:
    """Boxes, scores, classes and their number, each an output of its own."""
    answer = s.answer()
    s.part(answer, 0, 4, out=names[0])
    for name, column in (names[1], 4), (names[2], 5):
        s.op("Squeeze", s.part(answer, column, column + 1), s.const(np.array([2])), out=name)
    s.op("Identity", s.const(np.float32([300])), out=names[3])
    s.outputs((names[3], [1]), (names[0], [1, 300, 4]), (names[1], [1, 300]), (names[2], [1, 300]))


def _left_top_width_height(s: Surgery) -> None:
    answer = s.answer()
    low, high = s.part(answer, 0, 2), s.part(answer, 2, 4)
    s.join(low, s.op("Sub", high, low), s.part(answer, 4, 6), axis=2)
    s.outputs(("out", END_TO_END))


def _pictures_second(s: Surgery) -> None:
    s.op("Transpose", s.answer(), out="out", perm=[1, 0, 2])
    s.outputs(("out", [300, 1, 6]))


def _more_values(s: Surgery, values: int) -> None:
    answer = s.answer()
    s.join(answer, *[_scaled(s, s.part(answer, 4, 5), 0)] * (values - 6), axis=2)
    s.outputs(("out", [1, 300, values]))


def _more_classes(s: Surgery, more: int, masks: bool = False) -> None:
    nothing = _scaled(s, s.part(SCORES, 0, 1, 1), 0)
    s.raw(BOXES, SCORES, *[nothing] * more)
    outputs = [("out", [1, 84 + more, ANCHORS])]
    if masks:
        s.op("Identity", s.const(np.zeros((1, 32, 160, 160), np.float32)), out="masks")
        outputs.append(("masks", [1, 32, 160, 160]))
    s.outputs(*outputs)


def _one_class(s: Surgery) -> None:
    s.join(BOXES, s.part(SCORES, 0, 1, 1), axis=1)
    s.outputs(("out", [1, 5, ANCHORS]))
    s.metadata(names="{0: 'person'}")


def _before_the_network(s: Surgery, *steps: tuple[str, object], kind: int = FLOAT, perm: list[int] = ()) -> None:
    """The input goes through these steps first."""
    for node in s.graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = "prepared" if name == "images" else name
    nodes, at = [], "images"
    if kind != FLOAT:
        nodes.append(helper.make_node("Cast", [at], ["cast"], to=FLOAT))
        at = "cast"
    if perm:
        nodes.append(helper.make_node("Transpose", [at], ["planes"], perm=perm))
        at = "planes"
        shape = s.graph.input[0].type.tensor_type.shape.dim
        for i, size in enumerate((1, SIDE, SIDE, 3)):
            shape[i].dim_value = size
    for i, (op, value) in enumerate(steps):
        inputs = [at, s.const(value)] if value is not None else [at]
        nodes.append(helper.make_node(op, inputs, [f"step_{i}"], **({"axis": 1} if op == "Gather" else {})))
        at = f"step_{i}"
    nodes.append(helper.make_node("Identity", [at], ["prepared"]))
    for node in reversed(nodes):
        s.graph.node.insert(0, node)
    s.graph.input[0].type.tensor_type.elem_type = kind


def _batch_of_two(s: Surgery) -> None:
    """Two copies of the network, a picture each, in one file whose batch is 2."""
    first, second = (compose.add_prefix(s.model, prefix) for prefix in ("a/", "b/"))
    for copy in first, second:
        del copy.metadata_props[:]
    both = compose.merge_models(first, second, io_map=[])
    nodes = [
        helper.make_node("Split", ["images"], ["a/images", "b/images"], axis=0),
        *both.graph.node,
        helper.make_node("Concat", ["a/output0", "b/output0"], ["out"], axis=0),
    ]
    metadata = list(s.model.metadata_props)
    graph = helper.make_graph(
        nodes,
        "two",
        [helper.make_tensor_value_info("images", FLOAT, [2, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("out", FLOAT, [2, 300, 6])],
        list(both.graph.initializer),
    )
    s.model = helper.make_model(graph, opset_imports=s.model.opset_import, ir_version=s.model.ir_version)
    s.graph = s.model.graph
    s.model.metadata_props.extend(metadata)


def _free_batch(s: Surgery) -> None:
    for tensor in s.graph.input[0], s.graph.output[0]:
        tensor.type.tensor_type.shape.dim[0].dim_param = "batch"


def _free_size(s: Surgery) -> None:
    for dim in s.graph.input[0].type.tensor_type.shape.dim[2:]:
        dim.dim_param = "side"
    s.metadata(imgsz=None)


def _second_input(s: Surgery) -> None:
    """PP-YOLOE and RT-DETR want the scale of the picture, too."""
    s.op("Mul", s.answer(), "scale_factor", out="out")
    s.graph.input.append(helper.make_tensor_value_info("scale_factor", FLOAT, [1]))
    s.outputs(("out", END_TO_END))


def _sequence(s: Surgery) -> None:
    s.op("SequenceConstruct", s.answer(), out="out")
    del s.graph.output[:]
    s.graph.output.append(helper.make_tensor_sequence_value_info("out", FLOAT, END_TO_END))


def _half_weights(s: Surgery) -> None:
    for tensor in list(s.graph.initializer):
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size > 100:
            s.graph.initializer.remove(tensor)
            s.graph.initializer.append(numpy_helper.from_array(array.astype(np.float16), tensor.name + "_half"))
            s.graph.node.insert(0, helper.make_node("Cast", [tensor.name + "_half"], [tensor.name], to=FLOAT))


def _byte_weights(s: Surgery) -> None:
    """Each filter's weights as int8 and a scale, taken apart in the graph: what quantisers of weights write."""
    for node in [n for n in s.graph.node if n.op_type == "Conv"]:
        tensor = next((t for t in s.graph.initializer if t.name == node.input[1]), None)
        if tensor is None:
            continue
        array = numpy_helper.to_array(tensor)
        scale = np.maximum(np.abs(array).reshape(len(array), -1).max(1), 1e-9).astype(np.float32) / 127
        bytes_ = np.round(array / scale[:, None, None, None]).astype(np.int8)
        zero = s.const(np.zeros(len(array), np.int8))
        names = [s.const(bytes_), s.const(scale), zero]
        s.graph.node.insert(0, helper.make_node("DequantizeLinear", names, [tensor.name], axis=0))
        s.graph.initializer.remove(tensor)


def _quantised_output(s: Surgery) -> None:
    """Boxes and confidences of one scale: the confidences are lost."""
    numbers = s.const(np.float32(SIDE / 255)), s.const(np.uint8(0))
    s.op("DequantizeLinear", s.op("QuantizeLinear", s.answer(), *numbers), *numbers, out="out")
    s.outputs(("out", END_TO_END))


def _weights_as_inputs(s: Surgery) -> None:
    """Files of before 2019 list their weights as inputs, too."""
    for tensor in s.graph.initializer:
        s.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))


def _other_domain(s: Surgery) -> None:
    s.op("Special", s.answer(), out="out", domain="com.example")
    s.model.opset_import.append(helper.make_opsetid("com.example", 1))
    s.outputs(("out", END_TO_END))


def _external(s: Surgery, file: Path, damage: Callable[[Path], object]) -> None:
    onnx.save(s.model, str(file), save_as_external_data=True, location="w.data")
    damage(file.with_name("w.data"))


def _absolute(data: Path) -> None:
    moved = data.with_name("elsewhere.data")
    data.rename(moved)
    file = next(data.parent.glob("*.onnx"))
    model = onnx.load(str(file), load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            entry.value = str(moved) if entry.key == "location" else entry.value
    file.write_bytes(model.SerializeToString())


def _zipped(s: Surgery, file: Path, entry: str) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(entry, s.model.SerializeToString())


def _contents(contents: bytes | Callable[[bytes], bytes], s: Surgery, file: Path) -> None:
    file.write_bytes(contents(s.model.SerializeToString()) if callable(contents) else contents)


def _linked(s: Surgery, file: Path) -> None:
    real = file.with_name("модель 1.onnx")
    onnx.save(s.model, str(real))
    file.symlink_to(real.name)


def all_of(names: dict[int, str]) -> Iterator[Odd]:
    """Every variant; `names` are the classes of the originals."""
    yield from _heads(names)
    yield from _ends()
    yield from _inputs()
    yield from _numbers()
    yield from _names(names)
    yield from _files()


def _heads(names: dict[int, str]) -> Iterator[Odd]:
    v5 = ["head: yolox", "boxes: cxcywh", "colorOrder: rgb", "scale: 0..1", "placement: center"]
    plain = {"end2end": None, "head": None}
    yield Odd("yolov5-anchors", "refused", lambda s: _with_objectness(s, 3))
    yield Odd("yolov5-anchors-told", "nms", lambda s: _with_objectness(s, 3), yaml=v5)
    yield Odd("yolov5-without-anchors-told", "nms", lambda s: _with_objectness(s, 1), yaml=v5)
    yield Odd("yolov5-transposed", "refused", lambda s: _with_objectness(s, 1, True))
    yield Odd("transposed-told-raw", "refused", lambda s: s.outputs((RAW_TRANSPOSED, [1, ANCHORS, 84])), yaml=v5[:1])
    yield Odd("raw-without-metadata", "nms", lambda s: (s.outputs((RAW, [1, 84, ANCHORS])), s.metadata(**plain)))
    yield Odd("raw-of-one-class", "class 0", _one_class)
    yield Odd("raw-percent", "lost or refused", lambda s: s.raw(BOXES, _scaled(s, SCORES, 100)))
    yield Odd("raw-logits-told", "refused", lambda s: s.raw(BOXES, LOGITS), yaml=["head: one-to-many"])
    yield Odd("with-a-background-class", "refused", lambda s: _more_classes(s, 1))
    yield Odd("segmentation", "refused", lambda s: _more_classes(s, 32, masks=True))
    yield Odd("segmentation-by-its-task", "refused", lambda s: s.metadata(task="segment"))
    yield Odd("scores-before-boxes", "refused", lambda s: s.raw(SCORES, BOXES))


def _ends() -> Iterator[Odd]:
    percent, fractions = [1, 1, 1, 1, 100, 1], [1 / SIDE] * 4 + [1, 1]
    tf = ["detection_boxes", "detection_scores", "detection_classes", "num_detections"]
    plugin = ["det_boxes", "det_scores", "det_classes", "num_dets"]
    yield Odd("rows-with-picture-number", "refused", lambda s: _rows_with_picture_number(s, 2))
    yield Odd("rows-with-picture-number-of-rank-three", "refused", lambda s: _rows_with_picture_number(s, 3))
    yield Odd("as-many-rows-as-objects", "right or refused", _only_confident_rows)
    yield Odd("tensorflow-detection", "refused", lambda s: _tensorflow(s, tf))
    yield Odd("nms-plugin-outputs", "refused", lambda s: _tensorflow(s, plugin))
    yield Odd("ssd", "refused", lambda s: s.outputs((RAW, [1, 84, ANCHORS]), (SCORES, [1, 80, ANCHORS])))
    yield Odd("nothing-then-percent", "lost", lambda s: _empty_below(s, 0.2, percent))
    yield Odd("nothing-then-fractions", "lost", lambda s: _empty_below(s, 0.2, fractions))
    told = ["boxes: normalized-xyxy"]
    yield Odd("nothing-then-fractions-told", "right", lambda s: _empty_below(s, 0.2, fractions), yaml=told)
    yield Odd("nothing-then-pixels-told-fractions", "lost", lambda s: _empty_below(s, 0.2, [1] * 6), yaml=told)
    yield Odd("nothing-then-objects", "right", lambda s: _empty_below(s, 0.2, [1] * 6))
    yield Odd("nothing-then-centred", "lost or left out", lambda s: _empty_below(s, 0.2, [1] * 6, True))
    yield Odd("left-top-width-height", "refused", _left_top_width_height)
    yield Odd("pictures-second", "refused", _pictures_second)
    yield Odd("oriented-boxes", "refused", lambda s: _more_values(s, 7))
    yield Odd("end-to-end-masks", "refused", lambda s: _more_values(s, 38))
    yield Odd("no-outputs", "refused", lambda s: s.outputs())
    yield Odd("sequence-output", "refused", _sequence)


def _inputs() -> Iterator[Odd]:
    mean = np.float32([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
    std = np.float32([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)
    whole = [("Mul", np.float32(1 / 255))]
    bgr = [("Gather", np.array([2, 1, 0]))]
    undone = [("Sub", mean), ("Div", std), ("Mul", std), ("Add", mean)]
    caffe = [("Sub", mean * 255), ("Div", std * 255), ("Mul", std), ("Add", mean)]
    put = _before_the_network
    yield Odd("normalises-itself", "right", lambda s: put(s, *undone))
    yield Odd("normalises-bytes-itself", "right", lambda s: put(s, *caffe))
    yield Odd("normalises-bytes-itself-told", "right", lambda s: put(s, *caffe), yaml=["scale: 0..255"])
    yield Odd("divides-by-255", "right", lambda s: put(s, ("Div", np.float32(255))))
    yield Odd("divides-by-255-told-otherwise", "refused", lambda s: put(s, *whole), yaml=["scale: 0..1"])
    yield Odd("divides-by-255-told", "right", lambda s: put(s, *whole), yaml=["scale: 0..255"])
    yield Odd("blue-first-told", "right", lambda s: put(s, *bgr), yaml=["colorOrder: bgr"])
    yield Odd("channels-last", "refused", lambda s: put(s, perm=[0, 3, 1, 2]))
    yield Odd("bytes", "right", lambda s: put(s, *whole, kind=TensorProto.UINT8))
    yield Odd("signed-bytes", "refused", lambda s: put(s, *whole, kind=TensorProto.INT8))
    yield Odd("double-input", "refused", lambda s: put(s, kind=DOUBLE))
    yield Odd("long-input", "refused", lambda s: put(s, *whole, kind=TensorProto.INT64))
    yield Odd("batch-of-two", "right", _batch_of_two)
    yield Odd("batch-free-in-name-only", "right or refused", _free_batch)
    yield Odd("size-free-and-not-told", "refused", _free_size)
    yield Odd("size-told-otherwise", "refused", lambda s: None, yaml=["inputSize: [320, 320]"])
    yield Odd("two-inputs", "refused", _second_input)


def _numbers() -> Iterator[Odd]:
    yield Odd("double-output", "refused", lambda s: _cast_output(s, DOUBLE))
    yield Odd("long-output", "refused", lambda s: _cast_output(s, TensorProto.INT64))
    yield Odd("half-precision-weights", "right", _half_weights)
    yield Odd("int8-weights", "as it is", _byte_weights)
    yield Odd("quantised-output", "lost or refused", _quantised_output)
    yield Odd("weights-as-inputs", "right", _weights_as_inputs)
    yield Odd("operator-of-another-domain", "refused", _other_domain)


def _names(names: dict[int, str]) -> Iterator[Odd]:
    quoted = "{" + ", ".join(f"{i}: {json.dumps(n)}" for i, n in names.items()) + "}"
    odd = str({**names, 1: "it's a \"bike\", {1: 'x'}", 2: "voiture à 4 portes"})
    labels = ["labels: " + json.dumps(list(names.values())[:79])]
    yield Odd("names-in-double-quotes", "right", lambda s: s.metadata(names=quoted))
    yield Odd("names-with-quotes-in-them", "right", lambda s: s.metadata(names=odd))
    yield Odd("names-as-list", "right", lambda s: s.metadata(names=str(list(names.values()))))
    yield Odd("names-empty", "refused", lambda s: s.metadata(names="{}"))
    hole = str({i: n for i, n in names.items() if i != 5})
    yield Odd("names-with-a-hole", "refused", lambda s: s.metadata(names=hole))
    yield Odd("names-nowhere", "refused", lambda s: s.metadata(names=None))
    yield Odd("labels-too-few", "lost or refused", lambda s: s.metadata(names=None), yaml=labels)


def _files() -> Iterator[Odd]:
    def file(name: str, write: Callable[[Surgery, Path], object], expected: str = "refused") -> Odd:
        return Odd(name, expected, lambda s: None, write=write)

    yield file("weights-missing", lambda s, f: _external(s, f, Path.unlink))
    yield file("weights-empty", lambda s, f: _external(s, f, lambda d: d.write_bytes(b"")))
    yield file("weights-cut-off", lambda s, f: _external(s, f, lambda d: d.write_bytes(d.read_bytes()[:-4096])))
    yield file("weights-by-absolute-path", lambda s, f: _external(s, f, _absolute))
    yield file("zip", lambda s, f: _zipped(s, f, "model.onnx"))
    yield file("pytorch", lambda s, f: _zipped(s, f, "archive/data.pkl"))
    yield file("gzip", partial(_contents, gzip.compress))
    yield file("cut-off", partial(_contents, lambda b: b[: len(b) // 2]))
    yield file("tflite", partial(_contents, b"\x1c\0\0\0TFL3" + bytes(200)))
    yield file("engine", partial(_contents, b"ftrt" + bytes(200)))
    yield file("web-page", partial(_contents, b"<!DOCTYPE html><html><body>Sign in</body></html>"))
    yield file("lfs-pointer", partial(_contents, b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"))
    yield file("empty", partial(_contents, b""))
    yield file("directory", lambda s, f: f.mkdir())
    yield file("link-to-a-name-with-a-space", _linked, "right")
