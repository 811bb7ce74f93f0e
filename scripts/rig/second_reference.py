#!/usr/bin/env python3
"""What second models say of objects, by ONNX Runtime and OpenCV alone: the reference that Ringsight is compared with.

usage: second_reference.py FOLDER    (with what scripts/model/requirements.txt names)

FOLDER holds pictures 1.rgb, 2.rgb, ... of 8-bit RGB, models NAME.onnx, and objects.txt with a line for each object:
"picture width height left top objectWidth objectHeight". Prints "picture object model classId confidence" for each object and
model, and of a detector the box behind it: "left top width height".
"""

import pathlib
import sys

import cv2
import numpy as np
import onnxruntime

GRID = 8
GREY = 114


def side_of(least):
    """The next of 16, 24, ... 64, 80, 96, 112, 128, 160, ..."""
    side = 16
    while side < least:
        step = GRID
        while side >= 8 * step:
            step *= 2
        side += step
    return side


def span(middle, side, length):
    """Where the square begins along one side of the picture, and how long it is there."""
    at = int(np.floor((middle - side / 2) / GRID + 0.5)) * GRID
    at = max(0, min(at, (length - side) // GRID * GRID if length >= side else 0))
    return at, (length - at if at + side + GRID > length else side)


def letterbox(crop, size):
    """The crop in the middle of a grey input, and how it lies there."""
    height, width = crop.shape[:2]
    scale = min(size / width, size / height)
    w, h = (min(size, max(1, round(length * scale))) for length in (width, height))
    left, top = (round((size - length) / 2 - 0.1) for length in (w, h))
    image = np.full((size, size, 3), GREY, np.uint8)
    image[top : top + h, left : left + w] = cv2.resize(crop, (w, h), interpolation=cv2.INTER_LINEAR)
    return image.transpose(2, 0, 1)[None].astype(np.float32) / 255, (left, top, width / w, height / h)


def main(folder):
    models = {path.stem: onnxruntime.InferenceSession(str(path)) for path in sorted(folder.glob("*.onnx"))}
    counts = {}
    for line in (folder / "objects.txt").read_text().splitlines():
        picture, width, height = (int(number) for number in line.split()[:3])
        left, top, wide, high = (float(number) for number in line.split()[3:])
        pixels = np.fromfile(folder / f"{picture}.rgb", np.uint8).reshape(height, width, 3)
        side = side_of(max(wide, high) + GRID)
        x, cropped_width = span(left + wide / 2, side, width)
        y, cropped_height = span(top + high / 2, side, height)
        crop = pixels[y : y + cropped_height, x : x + cropped_width]
        index = counts[picture] = counts.get(picture, -1) + 1
        for name, session in models.items():
            tensor, (pad_x, pad_y, scale_x, scale_y) = letterbox(crop, session.get_inputs()[0].shape[3])
            output = session.run(None, {session.get_inputs()[0].name: tensor})[0][0]
            if output.ndim == 1:
                if abs(output.sum() - 1) > 1e-3 or output.min() < 0:
                    output = np.exp(output - output.max()) / np.exp(output - output.max()).sum()
                print(picture, index, name, output.argmax(), output.max())
            else:
                x1, y1, x2, y2, confidence, label = output[0]
                box = ((x1 - pad_x) * scale_x, (y1 - pad_y) * scale_y, (x2 - x1) * scale_x, (y2 - y1) * scale_y)
                print(picture, index, name, round(float(label)), confidence, x + box[0], y + box[1], box[2], box[3])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
