import onnx
import onnxruntime
import pytest
import torch
from conftest import SIZE, network

from detector.export import export
from detector.network import Network, Shape
from detector.start import start_from

OPTIONS = [
    {},
    {"rep": True},
    {"compact": True},
    {"compact": True, "large_kernel": False},
    {"attention": True},
    {"simam": True},
    {"large_kernel": False, "auxiliary": False},
    {"rep": True, "compact": True, "attention": True, "simam": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_merged_branches_compute_what_the_branches_did(options):
    net = network(**options)
    grey = torch.rand(2, 1, SIZE, SIZE)
    with torch.no_grad():
        _, features = net.features(grey)
        before = net.one2one(features)
        net.deploy()
        _, features = net.features(grey.expand(-1, 3, -1, -1))
        after = net.one2one(features)
    for a, b in zip(before, after):
        assert a.std() > 1e-3  # not the same because nothing comes out
        assert (a - b).abs().max() <= 1e-4


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_only_one_branch_of_the_inference_head_is_exported(options, tmp_path):
    net = network(**options)
    grey = torch.rand(1, 1, SIZE, SIZE)
    export(net.deploy(), tmp_path / "n.onnx", SIZE)
    graph = onnx.load(tmp_path / "n.onnx").graph
    text = " ".join([n.name for n in graph.node] + [i.name for i in graph.initializer])
    assert not any(part in text for part in ("one2many", "auxiliary", "small", "identity", "large"))
    assert not {n.op_type for n in graph.node} & {"NonMaxSuppression", "BatchNormalization"}
    with torch.no_grad():
        expected = net(grey.expand(-1, 3, -1, -1)).numpy()
    session = onnxruntime.InferenceSession(tmp_path / "n.onnx", providers=["CPUExecutionProvider"])
    [found] = session.run(None, {"images": grey.expand(-1, 3, -1, -1).numpy()})
    assert found.shape == (1, min(300, (SIZE // 8) ** 2 + (SIZE // 16) ** 2), 6)
    apart = abs(found[0, :100, None] - expected[0, None]).max(2)  # equal scores may come in another order
    assert apart.min(1).max() < 1e-3
    assert (found[0, :-1, 4] >= found[0, 1:, 4]).all()


def test_auxiliary_and_one_to_many_heads_train_the_backbone_only_in_training():
    net = network().train()
    heads, centres = net.train_outputs(torch.rand(2, 1, SIZE, SIZE))
    assert len(heads) == 3
    assert centres.shape == ((SIZE // 8) ** 2 + (SIZE // 16) ** 2, 2)
    heads[2][1].sum().backward()
    assert net.backbone.stem.conv.weight.grad.abs().sum() > 0
    assert net.neck8.a.conv.weight.grad is None
    with_training_parts = sum(p.numel() for p in net.parameters())
    assert sum(p.numel() for p in net.deploy().parameters()) < with_training_parts


def test_parts_for_training_cost_nothing_in_the_file(tmp_path):
    export(network(auxiliary=True).deploy(), tmp_path / "a.onnx", SIZE)
    export(network(auxiliary=False).deploy(), tmp_path / "b.onnx", SIZE)
    assert (tmp_path / "a.onnx").stat().st_size == (tmp_path / "b.onnx").stat().st_size


def test_shipped_shape_keeps_to_its_budget():
    net, flops = Network(Shape()).deploy(), 0

    def count(m, _, out):
        nonlocal flops
        flops += 2 * out.numel() * m.weight[0].numel()

    for m in net.modules():
        if isinstance(m, torch.nn.Conv2d):
            m.register_forward_hook(count)
    with torch.no_grad():
        net(torch.zeros(1, 3, 640, 640))
    assert flops <= 4e9
    assert sum(p.numel() for p in net.parameters()) * 4 <= 3e6


def test_starts_with_the_function_of_an_exported_model(tmp_path):
    source = network()
    grey = torch.rand(16, 1, SIZE, SIZE)
    with torch.no_grad():
        expected = source.one2one(source.features(grey)[1])
    export(source.deploy(), tmp_path / "n.onnx", SIZE)
    torch.manual_seed(9)
    net = Network(source.shape)
    start_from(net, tmp_path / "n.onnx", grey)
    net.eval()
    with torch.no_grad():
        found, many = net.one2one(net.features(grey)[1]), net.one2many(net.features(grey)[1])
    for a, b, c in zip(expected, found, many):
        assert (a - b).abs().max() < 1e-3
        assert (a - c).abs().max() < 1e-3


def test_refuses_to_start_from_another_shape(exported):
    net = network(widths=(8, 8, 16, 24))
    with pytest.raises(SystemExit, match="not a model of this network's shape"):
        start_from(net, exported, torch.rand(1, 1, SIZE, SIZE))
