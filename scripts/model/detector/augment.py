"""What a camera and a board's position do to a picture. Pictures are grey, uint8; boxes rows x1 y1 x2 y2 class."""

import cv2
import numpy as np

FOCUS = 0.5  # share of crops placed around an object


def crop(image, boxes, size: int, rng: np.random.Generator):
    """A square of `size` pixels: sometimes turned by a few degrees and scaled, then one of its eight symmetries.

    Returns the picture, the boxes of which most is seen, and the visible rests of the others.
    """
    height, width = image.shape
    zoom, angle = (rng.uniform(0.85, 1.15), rng.uniform(-4, 4)) if rng.random() < 0.3 else (1.0, 0.0)
    half = size / 2 / zoom
    cx, cy = rng.uniform(half, width - half), rng.uniform(half, height - half)
    if len(boxes) and rng.random() < FOCUS:  # objects are rare: show more of them than chance would
        x, y = (boxes[rng.integers(len(boxes)), :4].reshape(2, 2).mean(0)) + rng.uniform(-0.75, 0.75, 2) * half
        cx, cy = np.clip(x, half, width - half), np.clip(y, half, height - half)
    if zoom == 1.0:
        cx, cy = round(cx), round(cy)
    m = cv2.getRotationMatrix2D((cx, cy), angle, zoom)
    m[:, 2] += size / 2 - np.array([cx, cy])
    if zoom == 1.0:
        x, y = int(cx - size // 2), int(cy - size // 2)
        picture = image[y : y + size, x : x + size]
    else:
        picture = cv2.warpAffine(image, m, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    centre = (boxes[:, :2] + boxes[:, 2:4]) / 2 @ m[:, :2].T + m[:, 2]
    extent = (boxes[:, 2:4] - boxes[:, :2]) / 2 * zoom
    whole = np.concatenate([centre - extent, centre + extent], 1)
    seen = whole.clip(0, size)
    part = (seen[:, 2:] - seen[:, :2]).prod(1) / (whole[:, 2:] - whole[:, :2]).prod(1).clip(1e-6)
    rows = np.concatenate([seen, boxes[:, 4:]], 1).astype(np.float32)
    kept, cut = rows[part > 0.65], rows[(part > 0) & (part <= 0.65)]
    picture, (kept, cut) = symmetry(picture, [kept, cut], int(rng.integers(8)))
    return np.ascontiguousarray(picture), kept, cut[:, :4]


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
