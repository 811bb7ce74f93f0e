"""What a camera and a board's position do to a picture. Pictures are grey, uint8; boxes rows x1 y1 x2 y2 class."""

import cv2
import numpy as np

from . import pen

FOCUS = 0.5  # share of crops placed around an object
TURNED = 0.3  # share of crops turned and scaled
DRAWN = 0.6  # share of crops that a pen is tried on
MOST_DRAWN = 8  # times it is tried; two of five give a defect
OVERLAID = 0.06  # share of crops with frames and text burnt in


def crop(image, boxes, size: int, rng: np.random.Generator):
    """A square of `size` pixels, often with further defects drawn on it: sometimes turned by a few degrees and scaled,
    then one of its eight symmetries.

    Returns the picture, the boxes of which most is seen, and the visible rests of the others.
    """
    height, width = image.shape
    turned = rng.random() < TURNED
    zoom, angle = (rng.uniform(0.85, 1.15), rng.uniform(-4, 4)) if turned else (1.0, 0.0)
    half = size / 2 / zoom
    centre = np.array([rng.uniform(half, width - half), rng.uniform(half, height - half)])
    if len(boxes) and rng.random() < FOCUS:  # objects are rare: show more of them than chance would
        centre = boxes[rng.integers(len(boxes)), :4].reshape(2, 2).mean(0) + rng.uniform(-0.75, 0.75, 2) * half
        centre = centre.clip(half, [width - half, height - half])
    if not turned:
        centre = centre.round()
    reach = half * 1.07 + 2 if turned else half  # a square turned by 4 degrees reaches 1.07 times as far
    corner = (centre - reach).clip(0).astype(int)
    end = (centre + reach).clip(0, [width, height]).astype(int)
    picture, boxes = image[corner[1] : end[1], corner[0] : end[0]], boxes - np.array([*corner, *corner, 0], np.float32)
    if rng.random() < DRAWN:
        picture, boxes = pen.draw(picture, boxes, int(rng.integers(1, MOST_DRAWN + 1)), rng)
    m = cv2.getRotationMatrix2D(tuple(centre - corner), angle, zoom)
    m[:, 2] += size / 2 - (centre - corner)
    if turned:
        picture = cv2.warpAffine(picture, m, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    middle = (boxes[:, :2] + boxes[:, 2:4]) / 2 @ m[:, :2].T + m[:, 2]
    extent = (boxes[:, 2:4] - boxes[:, :2]) / 2 * zoom
    whole = np.concatenate([middle - extent, middle + extent], 1)
    seen = whole.clip(0, size)
    part = (seen[:, 2:] - seen[:, :2]).prod(1) / (whole[:, 2:] - whole[:, :2]).prod(1).clip(1e-6)
    rows = np.concatenate([seen, boxes[:, 4:]], 1).astype(np.float32)
    kept, cut = rows[part > 0.65], rows[(part > 0) & (part <= 0.65)]
    picture, (kept, cut) = symmetry(picture, [kept, cut], int(rng.integers(8)))
    picture = np.ascontiguousarray(picture)
    if rng.random() < OVERLAID:
        picture = overlay(picture, np.concatenate([kept, cut]), rng)
    return picture, kept, cut[:, :4]


def symmetry(picture, groups, which: int):
    """One of the eight symmetries of the square, of the picture and of each group of boxes."""
    size = picture.shape[0]
    groups = [g.copy() for g in groups]
    if which & 1:
        picture = picture[:, ::-1]
        for g in groups:
            g[:, [0, 2]] = size - g[:, [2, 0]]
    if which & 2:
        picture = picture[::-1]
        for g in groups:
            g[:, [1, 3]] = size - g[:, [3, 1]]
    if which & 4:
        picture = picture.T
        groups = [g[:, [1, 0, 3, 2, 4]] for g in groups]
    return picture, groups


def overlay(picture, boxes, rng: np.random.Generator):
    """What viewers and cameras burn into their pictures: grey frames, about objects and about nothing, and text."""
    picture, size = picture.copy(), picture.shape[0]
    for _ in range(int(rng.integers(1, 6))):
        if len(boxes) and rng.random() < 0.5:
            corners = boxes[rng.integers(len(boxes)), :4] + rng.integers(-6, 7, 4)
        else:
            corners = np.tile(rng.uniform(0, size, 2), 2) + [0, 0, *rng.uniform(20, 90, 2)]
        x, y, right, bottom = corners.astype(int).tolist()
        cv2.rectangle(picture, (x, y), (right, bottom), int(rng.integers(80, 200)), int(rng.integers(1, 4)))
        text = "".join(rng.choice(list("abcdehiklmnoprstu-0123456789"), int(rng.integers(3, 10))))
        panel = (x, y - 25, x + 10 * len(text) + 8, y - 2)
        if rng.random() < 0.7 and not pen.touches(np.array(panel), boxes):
            ink = int(rng.choice([0, 255]))
            cv2.rectangle(picture, panel[:2], panel[2:], 255 - ink, -1)
            cv2.rectangle(picture, panel[:2], panel[2:], ink, 1)
            cv2.putText(picture, text, (x + 4, y - 9), cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.4, 0.5), ink, 1)
    return picture


def camera(picture, rng: np.random.Generator):
    """Blur, exposure, noise and block artefacts, each by chance; float32 in 0..1."""
    if rng.random() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.1))
    if rng.random() < 0.2:  # block transform and coarse quantisation, as JPEG and H.264 share them
        quality = int(rng.integers(25, 85))
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 0)
    picture = picture.astype(np.float32)
    if rng.random() < 0.4:
        picture = picture * rng.uniform(0.65, 1.0) + rng.uniform(0, 40)
    if rng.random() < 0.25:
        picture += rng.standard_normal(picture.shape, np.float32) * rng.uniform(1, 10)
    return np.clip(picture, 0, 255) / 255.0
