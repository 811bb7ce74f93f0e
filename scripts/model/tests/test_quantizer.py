import json
from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest
from conftest import SIZE, network
from onnx import TensorProto, helper
from onnxruntime.quantization.calibrate import HistogramCalibrater

from detector.export import export
from quantizer import __main__ as tool
from quantizer import calibration, half, int8, judge, layers
from quantizer.check import check
from quantizer.dfl import as_sums
from quantizer.graph import Graph


def arguments(model, tensors, out, *more):
    folders = ["--tensors", str(tensors[0].parent), "--images", ".", "--labels", "."]
    options = tool.arguments([str(model), "-o", str(out), *folders, *more])
    options.yaml = None
    return options


def outputs(path, files):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return [session.run(None, {"images": np.load(f)})[0] for f in files]


@pytest.fixture(scope="module")
def prepared(exported, tmp_path_factory):
    return int8.prepare(exported, tmp_path_factory.mktemp("p") / "prepared.onnx")


def test_tells_the_parts_of_a_detector(prepared):
    graph = Graph(onnx.load(prepared))
    assert len(graph.predictions()) == 4  # boxes and classes on two levels
    boxes = graph.box_head()
    assert any("one2one/box" in n for n in boxes) and not any("/cls" in n or "backbone" in n for n in boxes)
    kinds = {graph.nodes[n].op_type for n in graph.decoding()}
    assert {"TopK", "Sigmoid", "Softplus"} <= kinds and "Conv" not in kinds


def test_int8_keeps_the_decoding_in_float_and_scores_close(exported, prepared, tensors, tmp_path):
    name, in_float = int8.ladder(prepared, [])[0]
    int8.quantize(prepared, exported, tmp_path / "q.onnx", tensors, int8.Recipe(), in_float)
    model = onnx.load(tmp_path / "q.onnx")
    assert dict((p.key, p.value) for p in model.metadata_props)["task"] == "detect"
    made = {o: n for n in model.graph.node for o in n.output}
    for n in model.graph.node:
        if n.op_type in ("TopK", "Sigmoid", "Softplus", "GatherElements"):
            assert made[n.input[0]].op_type != "DequantizeLinear"
    scales = {i.name: i for i in model.graph.initializer}
    per_channel = [n for n in model.graph.node if n.op_type == "DequantizeLinear" and "weight" in n.input[0]
                   and len(scales[n.input[1]].dims) == 1]  # fmt: skip
    assert per_channel
    for a, b in zip(outputs(exported, tensors), outputs(tmp_path / "q.onnx", tensors)):
        assert abs(a[0, :50, 4] - b[0, :50, 4]).max() < 0.05


def test_the_first_convolution_stays_in_float(prepared):
    graph = Graph(onnx.load(prepared))
    assert graph.first() == {"/backbone/stem/conv/Conv", "/backbone/stem/act/Relu"}
    assert graph.first() <= int8.ladder(prepared, [])[0][1]


def distribution_mean(opset, read_twice=False, stride=1):
    nodes = [
        helper.make_node("Softmax", ["x"], ["shares"], "softmax", axis=1),
        helper.make_node("Conv", ["shares", "bins"], ["mean"], "mean", strides=[1, stride], pads=[0, 0, 0, 0]),
        *([helper.make_node("Identity", ["shares"], ["seen"])] if read_twice else []),
    ]
    mean = [1, 1, 4, 50 // stride]
    shapes = {"mean": mean, "seen": [1, 16, 4, 50]} if read_twice else {"mean": mean}
    bins = onnx.numpy_helper.from_array(np.arange(16, dtype=np.float32).reshape(1, 16, 1, 1), "bins")
    graph = helper.make_graph(
        nodes,
        "dfl",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 16, 4, 50])],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()],
        [bins],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


@pytest.mark.parametrize("opset", [13, 17, 18])
def test_the_mean_of_a_distribution_is_the_same_without_softmax(opset):
    x = np.random.default_rng(1).normal(0, 50, (1, 16, 4, 50)).astype(np.float32)
    model = distribution_mean(opset)
    means = []
    for m in (model, as_sums(onnx.ModelProto.FromString(model.SerializeToString()))):
        onnx.checker.check_model(m)
        session = onnxruntime.InferenceSession(m.SerializeToString(), providers=["CPUExecutionProvider"])
        means.append(session.run(None, {"x": x})[0])
    assert not {"Softmax", "Conv"} & {n.op_type for n in m.graph.node}
    assert means[0].std() > 1 and abs(means[0] - means[1]).max() < 1e-4


@pytest.mark.parametrize("other", [{"read_twice": True}, {"stride": 2}])
def test_what_is_no_plain_mean_of_a_distribution_stays(other):
    model = as_sums(distribution_mean(17, **other))
    assert [n.op_type for n in model.graph.node][:2] == ["Softmax", "Conv"]


def test_a_moving_average_is_not_ruled_by_one_odd_picture(exported, prepared, tensors, tmp_path):
    odd = tmp_path / "odd.npy"
    np.save(odd, np.load(tensors[0]) * 50)
    largest = {}
    for method in ("minmax", "average"):
        file = tmp_path / f"{method}.onnx"
        int8.quantize(
            prepared, exported, file, [*tensors, odd], int8.Recipe(method=method), int8.ladder(prepared, [])[0][1]
        )
        values = onnx.load(file).graph.initializer
        largest[method] = max(
            float(onnx.numpy_helper.to_array(i))
            for i in values
            if "stem" in i.name and i.name.endswith("output_0_scale")
        )
    assert largest["average"] < 0.5 * largest["minmax"]


def test_histograms_are_made_of_one_picture_at_a_time(exported, prepared, tensors, tmp_path, monkeypatch):
    kept = []
    collect = HistogramCalibrater.collect_data
    monkeypatch.setattr(
        HistogramCalibrater, "collect_data", lambda self, reader: (collect(self, reader), kept.append(reader.coming))
    )
    recipe = int8.Recipe(method="percentile")
    int8.quantize(prepared, exported, tmp_path / "q.onnx", tensors, recipe, int8.ladder(prepared, [])[0][1])
    assert len(kept) == len(tensors) > 1
    for a, b in zip(outputs(exported, tensors), outputs(tmp_path / "q.onnx", tensors)):
        assert abs(a[0, :50, 4] - b[0, :50, 4]).max() < 0.05


def test_s8_is_what_tensorrt_takes(exported, prepared, tensors, tmp_path):
    _, in_float = int8.ladder(prepared, [])[0]
    int8.quantize(prepared, exported, tmp_path / "q.onnx", tensors, int8.Recipe("s8"), in_float)
    model = onnx.load(tmp_path / "q.onnx")
    values = {i.name: onnx.numpy_helper.to_array(i) for i in model.graph.initializer}
    pairs = [n for n in model.graph.node if n.op_type in ("QuantizeLinear", "DequantizeLinear")]
    assert pairs
    for n in pairs:
        assert values[n.input[2]].dtype == np.int8 and not values[n.input[2]].any()
    assert outputs(tmp_path / "q.onnx", tensors[:1])[0].shape[2] == 6


def test_layers_of_equal_models_are_equal_and_damage_is_found_where_it_is(exported, prepared, tensors, tmp_path):
    same = layers.compare(prepared, prepared, tensors[:2])
    assert all(r.cosine == pytest.approx(1) and r.error == 0 for r in same)
    model = onnx.load(prepared)
    graph = Graph(model)
    victim = [n for n in graph.convolutions() if "neck16/a" in n][0]
    weights = {i.name: i for i in model.graph.initializer}[graph.nodes[victim].input[1]]
    values = onnx.numpy_helper.to_array(weights)
    weights.CopyFrom(onnx.numpy_helper.from_array(values * np.where(np.arange(len(values)) % 2, 1, -1)
                                                  .reshape(-1, 1, 1, 1).astype(np.float32), weights.name))  # fmt: skip
    onnx.save(model, tmp_path / "bad.onnx")
    found = layers.compare(prepared, tmp_path / "bad.onnx", tensors[:2])
    assert max(found, key=lambda r: r.added).name == victim
    assert all(r.error == 0 for r in found if "backbone" in r.name)
    assert victim[-40:] in layers.printed(found, 5)


def test_more_and_more_stays_in_float(prepared):
    graph = Graph(onnx.load(prepared))
    steps = int8.ladder(prepared, graph.convolutions()[:20])
    sizes = [len(kept) for _, kept in steps]
    assert sizes[1] > sizes[0] and sizes[-1] == max(sizes)
    assert all(steps[0][1] <= kept for _, kept in steps)


def test_attention_is_the_second_thing_to_stay_in_float(tmp_path):
    export(network(attention=True).deploy(), tmp_path / "a.onnx", SIZE)
    prepared = int8.prepare(tmp_path / "a.onnx", tmp_path / "prepared.onnx")
    graph = Graph(onnx.load(prepared))
    attention = graph.attention()
    kinds = Counter(graph.nodes[n].op_type for n in attention)
    assert (kinds["Softmax"], kinds["MatMul"], kinds["Conv"]) == (1, 2, 2)  # what it is made from, what is made of it
    assert not attention & (graph.decoding() | graph.predictions())
    first, second = (kept for _, kept in int8.ladder(prepared, [])[:2])
    assert second >= attention and not first >= attention
    assert Counter(graph.nodes[n].op_type for n in first & attention) == {"Softmax": 1, "MatMul": 2}


def test_half_precision_up_to_the_predictions(exported, prepared, tensors, tmp_path):
    assert half.convert(prepared, exported, tmp_path / "h.onnx") > 50
    model = onnx.load(tmp_path / "h.onnx")
    assert model.graph.input[0].type.tensor_type.elem_type == TensorProto.FLOAT
    assert model.graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT
    kinds = {i.data_type for i in model.graph.initializer if len(i.dims) == 4}
    assert kinds == {TensorProto.FLOAT16}
    assert (tmp_path / "h.onnx").stat().st_size < 0.75 * exported.stat().st_size
    for a, b in zip(outputs(exported, tensors), outputs(tmp_path / "h.onnx", tensors)):
        assert abs(a[0, :50, 4] - b[0, :50, 4]).max() < 0.01


def test_weights_beyond_half_precision_are_refused():
    with pytest.raises(SystemExit, match="w: 1e[+]06 is beyond float16"):
        half.halved(onnx.numpy_helper.from_array(np.array([1e6], np.float32), "w"), "h")


def test_check_names_what_fails_where(exported, tensors, prepared, tmp_path):
    facts = check(exported)
    assert facts.outputs == {"output0": f"float[1,{(SIZE // 8) ** 2 + (SIZE // 16) ** 2},6]"}
    assert facts.operators["Conv"] == facts.operators.get("Conv") > 20 and not facts.fatal
    nodes = [
        helper.make_node("NonMaxSuppression", ["b", "s"], ["i"]),
        helper.make_node("Identity", ["x"], ["y"]),
    ]
    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s)
              for n, s in (("x", ["n", 3, 8, 8]), ("b", [1, 4, 4]), ("s", [1, 1, 4]))]  # fmt: skip
    graph = helper.make_graph(nodes, "g", inputs, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8), tmp_path / "old.onnx"
    )
    found = {(f.backend, f.what.split(":")[0], f.fatal) for f in check(tmp_path / "old.onnx").findings}
    assert ("TensorRT", "NonMaxSuppression", False) in found
    assert ("all", "opset 11", True) in found
    assert ("all", "one input was expected, there are 3", True) in found
    int8.quantize(prepared, exported, tmp_path / "q.onnx", tensors, int8.Recipe(), int8.ladder(prepared, [])[0][1])
    assert [f.what for f in check(tmp_path / "q.onnx").fatal] == ["already quantised: start from the float32 file"]


def test_the_gate_counts_the_worse_of_both_and_names_the_losers():
    a = {"mAP": 0.9, "mAP50_95": 0.6, "classes": {"open": 0.9, "spur": 0.9}}
    b = {"mAP": 0.9, "mAP50_95": 0.58, "classes": {"open": 0.9, "spur": 0.7}}
    assert judge.drop(a, b) == pytest.approx(0.02)
    assert judge.losses(a, b) == ["spur -0.2000"]


def test_a_derived_yaml_has_its_own_file_and_no_gate():
    yaml = "# card\nfile: a.onnx   # relative\nname: x\ngate:\n  passed: true\n  losses: {}\nthreshold: 0.3\n"
    assert tool.derived(yaml, "b.onnx") == "# card\nfile: b.onnx   # relative\nname: x\nthreshold: 0.3\n"


def test_calibration_reads_what_is_there(tensors, tmp_path):
    pictures = calibration.Pictures("images", tensors)
    assert len(list(iter(pictures.get_next, None))) == len(tensors)
    with pytest.raises(SystemExit, match="expected .npy files"):
        calibration.tensors(tmp_path, 10)


def test_gate_pictures_are_not_for_calibration(exported, tensors, tmp_path):
    names = tmp_path / "list.txt"
    names.write_text("3\n")
    out = tmp_path / "o.onnx"
    options = arguments(exported, tensors, out, "--list", str(names))
    with pytest.raises(SystemExit, match="1 pictures are for calibration and for the gate, such as 3"):
        tool.Session(options, tmp_path).calibration_files()


class Judge:
    """Stands for `ringsight eval`: scores by the file's number of float convolutions."""

    def __init__(self, needed):
        self.needed, self.asked = needed, []

    def measure(self, path):
        kept = sum(1 for n in onnx.load(path).graph.node if n.op_type == "DequantizeLinear")
        self.asked.append(kept)
        good = kept == 0 or kept < self.needed
        return {"mAP": 0.9 if good else 0.5, "mAP50": 0.9, "mAP50_95": 0.6, "fScore": 0.9, "classes": {}}


def test_goes_down_the_ladder_until_the_gate_passes(exported, tensors, tmp_path):
    options = arguments(exported, tensors, tmp_path / "o.onnx")
    session = tool.Session(options, tmp_path)
    session.bench = Judge(10**9)
    assert session.run()
    first = session.bench.asked[-1]
    session = tool.Session(options, tmp_path)
    session.bench = Judge(first - 4)
    assert session.run()
    report = json.loads((tmp_path / "o.report.json").read_text())
    assert [a["passed"] for a in report["attempts"]] == [False] * (len(report["attempts"]) - 1) + [True]
    assert len(report["attempts"]) >= 2 and report["layers"] and report["speed"]["ratio"] > 0
