import cv2
import numpy as np
import pytest

from detector import pen
from detector.dataset import NAMES

COPPER, BARE = 0, 255


def tracks() -> np.ndarray:
    """Copper black: two tracks of 12 pixels with a gap of 20 between them, and a pour of 90 pixels below."""
    picture = np.full((240, 240), BARE, np.uint8)
    picture[40:52] = picture[72:84] = COPPER
    picture[130:220, 30:210] = COPPER
    return picture


@pytest.mark.parametrize(
    ("kind", "rows", "columns"),
    [
        (pen.OPEN, (38, 54), (100, 106)),
        (pen.SHORT, (50, 74), (100, 106)),
        (pen.MOUSEBITE, (38, 47), (100, 112)),
        (pen.SPUR, (51, 61), (100, 112)),
        (pen.COPPER, (105, 113), (100, 112)),
        (pen.PIN_HOLE, (170, 178), (100, 112)),
    ],
)
def test_a_stroke_is_named_by_what_it_does_to_the_copper(kind, rows, columns):
    copper = tracks() < 128
    stroke = np.zeros_like(copper)
    stroke[slice(*rows), slice(*columns)] = True
    adds = kind in pen.ADDS
    assert pen.effect(copper, stroke & (copper != adds), adds) == kind


def test_kinds_are_numbered_as_the_labels_are():
    numbers = (pen.OPEN, pen.SHORT, pen.MOUSEBITE, pen.SPUR, pen.COPPER, pen.PIN_HOLE)
    assert [NAMES[k] for k in numbers] == ["open", "short", "mousebite", "spur", "copper", "pin-hole"]


def test_two_strokes_apart_have_no_name():
    copper = tracks() < 128
    stroke = np.zeros_like(copper)
    stroke[105:113, 100:112] = stroke[50:74, 104:108] = True  # an island, and a bridge
    assert pen.effect(copper, stroke & ~copper, True) is None


def test_every_kind_is_drawn_with_the_box_of_what_differs_and_ten_pixels():
    picture, seen = tracks(), set()
    for seed in range(200):
        drawn, boxes = pen.draw(picture, np.zeros((0, 5), np.float32), 1, np.random.default_rng(seed))
        if not len(boxes):
            assert (drawn == picture).all(), f"seed {seed}"
            continue
        x, y, w, h = cv2.boundingRect((drawn != picture).astype(np.uint8))
        assert boxes.tolist() == [[x - 10, y - 10, x + w + 9, y + h + 9, boxes[0, 4]]], f"seed {seed}"
        seen.add(int(boxes[0, 4]))
    assert seen == set(range(6))


def test_what_was_there_stays_as_it_was():
    picture, own = tracks(), np.array([[60, 20, 180, 110, pen.OPEN]], np.float32)
    for seed in range(20):
        drawn, boxes = pen.draw(picture, own, 8, np.random.default_rng(seed))
        assert (boxes[0] == own[0]).all() and (drawn[20:110, 60:180] == picture[20:110, 60:180]).all(), f"seed {seed}"
        for i, b in enumerate(boxes):
            assert not pen.touches(b[:4], np.delete(boxes, i, 0)), f"seed {seed}"


@pytest.mark.parametrize("luma", [COPPER, BARE])
def test_an_empty_board_takes_only_what_needs_no_edge(luma):
    picture = np.full((120, 120), luma, np.uint8)
    kinds = set()
    for seed in range(20):
        kinds |= set(pen.draw(picture, np.zeros((0, 5), np.float32), 6, np.random.default_rng(seed))[1][:, 4])
    assert kinds == {pen.PIN_HOLE if luma == COPPER else pen.COPPER}
