"""Draws further defects on a binarised board, copper black: strokes of a pen, named by what they do to its topology.

The training pictures got most of theirs the same way (DeepPCB's README), and their boxes are what differs from the
bare board, grown by 10 pixels. Boxes are rows x1 y1 x2 y2 class. One board so yields defects without end.
"""

from typing import NamedTuple

import cv2
import numpy as np

OPEN, SHORT, MOUSEBITE, SPUR, COPPER, PIN_HOLE = range(6)  # as in dataset.NAMES
ADDS = {SHORT, SPUR, COPPER}  # kinds that are copper where none belongs
MARGIN = 10  # pixels from what differs to its box
REACH = 60  # pixels a cut or a bridge may be long
SURROUNDINGS = 14  # pixels around a stroke in which its effect on the topology is judged
SPECK = 12  # pixels; smaller islands and holes are rough edges, not topology


class Board(NamedTuple):
    """What strokes are placed by."""

    copper: np.ndarray  # bool
    depth: np.ndarray  # pixels from the nearest edge, in copper and out of it
    edge: np.ndarray  # flat indices of the pixels on the copper's edge


def survey(picture: np.ndarray) -> Board:
    copper = picture < 128
    inside = cv2.distanceTransform(copper.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~copper).astype(np.uint8), cv2.DIST_L2, 3)
    return Board(copper, inside + outside, np.flatnonzero((inside > 0) & (inside < 1.5)))


def draw(picture, boxes, tries: int, rng: np.random.Generator):
    """Tries to draw so many defects on the picture, clear of the `boxes`; returns both with them added."""
    picture, board = picture.copy(), survey(picture)
    for kind in rng.integers(6, size=tries):
        mask = stroke(board, int(kind), rng)
        changed = mask & (board.copper != (kind in ADDS)) if mask is not None else None
        if changed is None or changed.sum() < 2 * SPECK:
            continue
        box = grown_box(changed)
        if box is None or touches(box, boxes) or effect(board.copper, changed, kind in ADDS) != kind:
            continue
        picture[changed] = 0 if kind in ADDS else 255
        boxes = np.concatenate([boxes, [[*box, kind]]]).astype(np.float32)
    return picture, boxes


def grown_box(mask):
    """The box of what is set; nothing if it would reach over the picture's edge."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = np.array([columns[0], rows[0], columns[-1], rows[-1]]) + [-MARGIN, -MARGIN, MARGIN, MARGIN]
    return box if box.min() >= 0 and box[2] < mask.shape[1] and box[3] < mask.shape[0] else None


def touches(box, others) -> bool:
    return bool(((others[:, :2] < box[2:]) & (others[:, 2:4] > box[:2])).all(1).any())


def stroke(board: Board, kind: int, rng: np.random.Generator):
    """A mask of the pen's way for a defect meant to be of this kind, or nothing if no place was found for it."""
    way = {
        OPEN: across,
        SHORT: across,
        MOUSEBITE: along_edge,
        SPUR: along_edge,
        COPPER: scribble,
        PIN_HOLE: scribble,
    }[kind](board, kind, rng)
    if way is None:
        return None
    mask = np.zeros(board.copper.shape, np.uint8)
    pen = int(rng.integers(2, 6))
    if kind not in (OPEN, SHORT) and rng.random() < 0.3:
        cv2.fillPoly(mask, [way], 1)
    again = int(rng.integers(3)) * (rng.random() < 0.4)
    for _ in range(1 + again if kind in (OPEN, SHORT) else 1):  # a cut or a bridge may be of several strokes
        cv2.polylines(mask, [way], False, 1, pen)
        way = way + rng.integers(-6, 7, size=2, dtype=np.int32)
    if rng.random() < 0.3:  # a pen that wrote badly
        mask &= (rng.random(mask.shape, np.float32) > rng.uniform(0.05, 0.3)).astype(np.uint8)
    return mask.astype(bool)


def along(points, rng: np.random.Generator) -> np.ndarray:
    """A hand's way through the points."""
    points = np.asarray(points, np.float32)
    between = (points[:-1] + points[1:]) / 2 + rng.normal(0, 1.5, (len(points) - 1, 2))
    way = np.empty((2 * len(points) - 1, 2), np.float32)
    way[::2], way[1::2] = points, between
    return way.round().astype(np.int32)


def scribble(board: Board, kind: int, rng: np.random.Generator):
    """A few strokes around a place with nothing but copper, or none, about it."""
    radius = rng.uniform(3, 11)
    places = np.flatnonzero((board.depth > radius + 4) & (board.copper != (kind in ADDS)))
    if not len(places):
        return None
    y, x = divmod(int(rng.choice(places)), board.copper.shape[1])
    return along([x, y] + rng.uniform(-radius, radius, (int(rng.integers(2, 7)), 2)) / 1.3, rng)


def edge_place(board: Board, rng: np.random.Generator):
    """A place on an edge and the unit vector out of the copper there; nothing on a board without edges."""
    if not len(board.edge):
        return None
    y, x = divmod(int(rng.choice(board.edge)), board.copper.shape[1])
    near = board.copper[max(y - 4, 0) : y + 5, max(x - 4, 0) : x + 5]
    ys, xs = np.nonzero(near)
    out = np.array([min(x, 4) - xs.mean(), min(y, 4) - ys.mean()])
    length = np.hypot(*out)
    return (np.array([x, y], float), out / length) if length > 0.5 else None


def along_edge(board: Board, kind: int, rng: np.random.Generator):
    """Strokes to and fro over an edge."""
    found = edge_place(board, rng)
    if found is None:
        return None
    place, out = found
    ahead = out if kind in ADDS else -out
    beside = np.array([-ahead[1], ahead[0]])
    count = int(rng.integers(2, 7))
    wide, deep = rng.uniform(2, 10), rng.uniform(4, 14)
    steps = np.stack([rng.uniform(-2, deep, count), rng.uniform(-wide, wide, count)], 1)
    return along(place + steps @ np.stack([ahead, beside]), rng)


def across(board: Board, kind: int, rng: np.random.Generator):
    """From an edge over the copper, or over the gap, to the next edge."""
    found = edge_place(board, rng)
    if found is None:
        return None
    place, out = found
    angle = rng.normal(0, 0.4)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    ahead = turn @ (out if kind in ADDS else -out)
    steps = place + np.arange(REACH)[:, None] * ahead
    x, y = steps.round().astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < board.copper.shape[1]) & (y < board.copper.shape[0])
    over = board.copper[y[inside], x[inside]]
    reached = np.flatnonzero(over[4:] == (kind in ADDS))
    if not len(reached):
        return None
    end = place + (4 + reached[0] + rng.uniform(1, 5)) * ahead
    middle = (place + end) / 2 + rng.normal(0, 3, 2)
    return along([place - rng.uniform(1, 5) * ahead, middle, end], rng)


def effect(copper, changed, adds: bool):
    """What kind of defect the changed pixels are, by the islands and holes that came or went around them."""
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    part = np.s_[
        max(rows[0] - SURROUNDINGS, 0) : rows[-1] + SURROUNDINGS + 1,
        max(columns[0] - SURROUNDINGS, 0) : columns[-1] + SURROUNDINGS + 1,
    ]
    if parts(cv2.dilate(changed[part].astype(np.uint8), np.ones((MARGIN, MARGIN), np.uint8))) != 1:
        return None  # several defects, each of which would have a box of its own
    before, after = copper[part], copper[part] ^ changed[part]
    if not adds:  # seen from the laminate, the three kinds of missing copper are the three of too much
        before, after = ~before, ~after
    own, rest = parts(after) - parts(before), parts(~after) - parts(~before)
    if own > 0 and rest == 0:
        return COPPER if adds else PIN_HOLE
    if rest > 0:
        return SHORT if adds else OPEN
    return (SPUR if adds else MOUSEBITE) if own == 0 and rest == 0 else None


def parts(mask) -> int:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return int((stats[1:, cv2.CC_STAT_AREA] >= SPECK).sum())
