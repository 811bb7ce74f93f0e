from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from conftest import SMALL, network

from detector import augment, calibrate
from detector.assign import ALPHA, BETA, assign, iou
from detector.card import card
from detector.curve import draw
from detector.dataset import NAMES, Sample, batch
from detector.evaluate import average_precision, score
from detector.loss import complete_iou, total_loss
from detector.network import Network, Shape
from detector.optimise import optimisers, orthogonal
from detector.train import Plan, Trainer


def board(rng) -> Sample:
    """Grey picture of 128 pixels with bright and dark squares as objects of two classes."""
    image, boxes = np.full((128, 128), 90, np.uint8), []
    for k in range(2):
        x, y, s = (*rng.integers(4, 90, 2), rng.integers(20, 34))
        image[y : y + s, x : x + s] = (250, 10)[k]
        boxes.append([x, y, x + s, y + s, k])
    return Sample(image, np.array(boxes, np.float32))


@pytest.fixture(scope="module")
def boards():
    rng = np.random.default_rng(2)
    return [board(rng) for _ in range(24)]


def random_case(rng, objects):
    centres = np.stack(np.meshgrid(np.arange(8) * 8 + 4, np.arange(8) * 8 + 4), -1).reshape(-1, 2).astype(np.float32)
    corner = rng.uniform(0, 40, (1, objects, 2))
    extent, label = rng.uniform(6, 30, (1, objects, 2)), rng.integers(0, 3, (1, objects, 1))
    truth = np.concatenate([corner, corner + extent, label], 2)
    reach = rng.uniform(2, 20, (1, 64, 2))
    boxes = np.concatenate([centres - reach, centres + reach], 2)
    arrays = (boxes, rng.normal(size=(1, 64, 3)), centres, truth)
    return [torch.tensor(a, dtype=torch.float32) for a in arrays]


@pytest.mark.parametrize("seed", range(8))
def test_assignment_is_a_matching(seed):
    boxes, logits, centres, truth = random_case(np.random.default_rng(seed), 5)
    real = torch.tensor([[True, True, True, True, False]])
    many, one = (assign(boxes, logits, centres, truth, real, k) for k in (10, 1))
    for a in (many, one):
        assert len(a.place.unique()) == len(a.place), f"seed {seed}: a place answers for two objects"
        assert 4 not in a.object, f"seed {seed}: padding got a place"
        assert ((a.weight > 0) & (a.weight <= 1)).all()
    assert one.object.bincount().max() == 1


def test_both_heads_agree_on_the_best_place():
    boxes, logits, centres, truth = random_case(np.random.default_rng(1), 1)
    truth[0, 0, :4] = torch.tensor([10.0, 10.0, 50.0, 46.0])
    real = torch.tensor([[True]])
    many, one = (assign(boxes, logits, centres, truth, real, k) for k in (10, 1))
    label = int(truth[0, 0, 4])
    metric = logits[0, :, label].sigmoid() ** ALPHA * iou(truth[0, 0, :4], boxes[0]) ** BETA
    inside = ((centres > truth[0, 0, :2]) & (centres < truth[0, 0, 2:4])).all(1)
    assert one.place.item() == (metric * inside).argmax().item()
    assert many.place[many.weight.argmax()] == one.place.item()
    assert len(many.place) == 10


def test_an_object_nobody_overlaps_still_gets_a_place():
    centres = torch.tensor([[4.0, 4.0], [12.0, 4.0]])
    boxes = torch.tensor([[[100.0, 100, 101, 101], [100, 100, 101, 101]]])
    truth = torch.tensor([[[9.0, 1, 10, 2, 0]]])
    a = assign(boxes, torch.zeros(1, 2, 1), centres, truth, torch.tensor([[True]]), 1)
    assert a.place.tolist() == [1]


def test_complete_iou_punishes_distance_and_shape():
    a = torch.tensor([[0.0, 0, 10, 10]])
    assert complete_iou(a, a).item() == pytest.approx(1, abs=1e-5)
    near, far = torch.tensor([[20.0, 0, 30, 10]]), torch.tensor([[60.0, 0, 70, 10]])
    assert complete_iou(a, far) < complete_iou(a, near) < 0


def test_places_within_cut_off_objects_are_not_asked():
    net = Network(Shape(**SMALL))
    heads, centres = net.train_outputs(torch.rand(1, 1, 64, 64))
    none = torch.zeros(1, 1, 5), torch.zeros(1, 1, dtype=torch.bool)
    everywhere = torch.tensor([[[-1.0, -1, 65, 65]]])
    assert total_loss(heads, centres, *none, torch.zeros(1, 1, 4)) > 1
    assert total_loss(heads, centres, *none, everywhere) == 0


@pytest.mark.parametrize("seed", range(6))
def test_boxes_follow_the_picture(seed, monkeypatch):
    monkeypatch.setattr(augment, "DRAWN", 0.0)
    monkeypatch.setattr(augment, "OVERLAID", 0.0)
    rng = np.random.default_rng(seed)
    image = np.zeros((200, 200), np.uint8)
    image[80:110, 90:130] = 255
    boxes = np.array([[90, 80, 130, 110, 3]], np.float32)
    for _ in range(20):
        picture, kept, cut = augment.crop(image, boxes, 128, rng)
        assert picture.shape == (128, 128) and len(kept) + len(cut) <= 1
        if not len(kept):
            continue
        x, y, w, h = cv2.boundingRect((picture > 127).astype(np.uint8))
        assert np.abs(kept[0, :4] - [x, y, x + w, y + h]).max() <= 4, f"seed {seed}"  # turned by up to 4 degrees
        assert kept[0, 4] == 3


def test_a_series_of_few_pictures_counts_like_one_of_many(monkeypatch):
    monkeypatch.setattr(augment, "DRAWN", 0.0)
    monkeypatch.setattr(augment, "OVERLAID", 0.0)
    none = np.zeros((0, 5), np.float32)
    dark, light = (
        Sample(np.full((128, 128), luma, np.uint8), none, name) for luma, name in ((0, "few"), (255, "many"))
    )
    pictures = batch([dark] + [light] * 30, 200, 64, [1]).pictures
    assert 70 < (pictures.mean((1, 2, 3)) > 0.5).sum() < 130


def test_burnt_in_text_covers_no_object():
    image = np.full((160, 160), 255, np.uint8)
    boxes = np.array([[60, 60, 100, 100, 2]], np.float32)
    differs = 0
    for seed in range(40):
        picture = augment.overlay(image, boxes, np.random.default_rng(seed))
        assert (image == 255).all() and picture.shape == image.shape
        assert (picture[70:90, 70:90] < 80).mean() < 0.02, f"seed {seed}: ink"  # frames are grey, of 3 pixels at most
        differs += (picture != image).any()
    assert differs == 40


def test_camera_keeps_the_range(boards):
    rng = np.random.default_rng(0)
    for _ in range(30):
        picture = augment.camera(boards[0].image, rng)
        assert picture.dtype == np.float32 and picture.shape == (128, 128)
        assert picture.min() >= 0 and picture.max() <= 1


def test_batches_depend_on_their_seed_alone(boards):
    a, b, c = (batch(boards, 4, 96, s) for s in ([7, 5, 0], [7, 5, 0], [7, 6, 0]))
    assert torch.equal(a.pictures, b.pictures) and torch.equal(a.objects, b.objects)
    assert not torch.equal(a.pictures, c.pictures)


def test_average_precision_of_a_known_ranking():
    assert average_precision(np.array([True, True]), 2) == 1
    assert average_precision(np.array([True, False, True]), 2) == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert average_precision(np.array([False]), 1) == 0


def test_a_second_hit_on_an_object_is_an_error():
    truth = [np.array([[0, 0, 10, 10, 0]], np.float32)]
    found = [np.array([[0, 0, 10, 10, 0.9, 0], [0, 0, 10, 9, 0.8, 0], [50, 50, 60, 60, 0.7, 1]], np.float32)]
    result = score(found, truth)
    assert result.per_class["open"] == 1 and result.fscore == 1
    assert result.threshold == pytest.approx(0.9)


def test_orthogonal_directions():
    torch.manual_seed(0)
    for shape in ((3, 16, 40), (1, 40, 16)):
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
        assert values.min() > 0.4 and values.max() < 1.3


def test_muon_takes_dense_normalised_kernels_only():
    net = Network(Shape(**SMALL))
    muon, adam = optimisers(net, 1e-3, 1e-3, 0.05)
    dense = {id(p) for g in muon.param_groups for p in g["params"]}
    assert id(net.neck8.a.conv.weight) in dense
    assert id(net.one2one.cls[0][0].conv.weight) not in dense  # depthwise
    assert id(net.one2one.box[0][-1].weight) not in dense  # prediction
    rest = {id(p) for g in adam.param_groups for p in g["params"]}
    assert dense | rest == {id(p) for p in net.parameters()} and not dense & rest


def test_plan_falls_at_its_end_and_may_only_change_its_end():
    plan = Plan(iterations=1000, fall=0.4, warmup=100)
    assert [plan.rate(i) for i in (0, 99, 600, 800)] == pytest.approx([0.01, 1, 1, 0.5])
    assert plan.continues(replace(plan, iterations=2000), 600)
    assert not plan.continues(replace(plan, iterations=2000), 601)
    assert not plan.continues(replace(plan, lr=1.0), 10)


def test_learns(boards, tmp_path):
    plan = Plan(iterations=60, batch=8, crop=96, warmup=5, lr=4e-3, muon_lr=8e-3, average=0.9, freeze=False)
    trainer = Trainer(Shape(**SMALL), plan, tmp_path, "cpu")
    first = np.mean([trainer.step(boards) for _ in range(10)])
    last = np.mean([trainer.step(boards) for _ in range(50)][-10:])
    assert last < 0.8 * first  # without learning it stays within a tenth


def test_a_resumed_training_gives_the_same_weights(boards, tmp_path):
    plan = Plan(iterations=4, batch=4, crop=64, warmup=2, freeze=False)

    def train(name, parts):
        for _ in range(parts):
            trainer = Trainer(Shape(**SMALL), plan, tmp_path / name, "cpu")
            (tmp_path / name).mkdir(exist_ok=True)
            trainer.resume()
            for _ in range(4 // parts):
                trainer.step(boards)
            trainer.save()
        return trainer.average.values

    whole, parts = train("whole", 1), train("parts", 2)
    assert all(torch.equal(whole[k], parts[k]) for k in whole)
    with pytest.raises(SystemExit, match="another plan"):
        Trainer(Shape(**SMALL), replace(plan, lr=1.0), tmp_path / "parts", "cpu").resume()


def test_card_says_what_was_measured():
    figures = {
        "images": 168,
        "mAP": 0.98,
        "mAP50": 0.97,
        "mAP50_95": 0.7,
        "fScore": 0.96,
        "threshold": 0.31,
        "fps": 9.0,
    }
    text = card({**figures, "classes": {n: 0.9 for n in NAMES}}, 20000)
    assert "mAP 0.980 at IoU 0.33" in text and "threshold: 0.31 " in text and "20,000 iterations" in text
    assert max(map(len, text.splitlines())) <= 120


def test_curve_is_a_picture(tmp_path):
    (tmp_path / "c.csv").write_text("iteration,seconds,loss,map33,fscore\n50,9,5.0,,\n100,18,4.0,0.95,0.91\n")
    draw(tmp_path / "c.csv", tmp_path / "c.png")
    assert cv2.imread(str(tmp_path / "c.png")).shape[:2] == (360, 720)


def test_platt_scaling_finds_the_slope_and_offsets_it_was_made_of():
    rng = np.random.default_rng(0)
    logit, label = rng.normal(0, 3, 40000), rng.integers(0, 3, 40000)
    offsets = np.array([1.0, 0.0, -2.0])
    right = rng.random(40000) < 1 / (1 + np.exp(-(1.5 * logit + offsets[label])))
    slope, found = calibrate.platt(logit, label, right, 4)
    assert slope == pytest.approx(1.5, abs=0.05)
    assert found == pytest.approx([*offsets, 0.0], abs=0.1)  # of a class never seen nothing changes


def test_calibration_shifts_all_places_of_a_class_alike(boards):
    net = network().deploy()
    picture = torch.from_numpy(boards[0].image).float().expand(1, 3, -1, -1) / 255
    with torch.no_grad():
        before = net.one2one(net.features(picture)[1])[1]
        calibrate.calibrate(net, boards)
        shift = net.one2one(net.features(picture)[1])[1] - before  # [1, classes, places]
    assert (shift.amax(2) - shift.amin(2)).max() < 1e-4 and shift.abs().max() > 0.1
