"""Right or refused: what `ringsight detect` finds with odd variants of real models, beside ONNX Runtime in Python.

Run with RINGSIGHT=$PWD/../ringsight (a minute or more).
"""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
from odd_exports import all_of as exports
from odd_models import Odd, Surgery, all_of

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("RINGSIGHT_SHARED", ROOT.parent / "shared"))
MODELS = SHARED / "models"
PICTURES = sorted((SHARED / "data/coco128/images").glob("*.jpg"))[:3]
# Confidences differ a little where pictures are scaled by another library: what is surely an object must be found,
# and what is found must be an object here.
SURE, FOUND, POSSIBLE = 0.35, 0.35, 0.15

pytestmark = [
    pytest.mark.skipif(not (MODELS / "yolov10n.onnx").exists() or not PICTURES, reason=f"no models in {SHARED}"),
    pytest.mark.skipif("RINGSIGHT" not in os.environ, reason="takes minutes: set RINGSIGHT to the program"),
]


def names() -> dict[int, str]:
    if not (MODELS / "yolov10n.onnx").exists():
        return {0: "none"}
    text = {p.key: p.value for p in onnx.load(MODELS / "yolov10n.onnx").metadata_props}["names"]
    return dict(eval(text, {}))  # a dict as Python writes it, from our own file


def overlap(a, b) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    both = max(0, width) * max(0, height)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def after_nms(objects: list) -> list:
    kept = []
    for box, score, kind in sorted(objects, key=lambda o: -o[1]):
        if not any(k == kind and overlap(box, b) > 0.45 for b, _, k in kept):
            kept.append((box, score, kind))
    return kept


@cache
def reference(base: str, picture: Path, file: Path | None = None) -> list:
    """Boxes in the picture's pixels, confidence and class of everything possible."""
    yolox = base == "yolox-nano"
    side = 416 if yolox else 640
    image = cv2.imread(str(picture))
    scale = min(side / image.shape[1], side / image.shape[0])
    width, height = round(image.shape[1] * scale), round(image.shape[0] * scale)
    left = 0 if yolox else round((side - width) / 2 - 0.1)
    top = 0 if yolox else round((side - height) / 2 - 0.1)
    input_ = np.full((side, side, 3), 114, np.uint8)
    input_[top : top + height, left : left + width] = cv2.resize(image, (width, height))
    planes = input_.astype(np.float32) if yolox else input_[:, :, ::-1].astype(np.float32) / 255
    session = onnxruntime.InferenceSession(file or MODELS / f"{base}.onnx", providers=["CPUExecutionProvider"])
    rows = session.run(None, {"images": np.ascontiguousarray(planes.transpose(2, 0, 1)[None])})[0][0]
    objects = []
    for x1, y1, x2, y2, score, kind in decoded(rows) if yolox else rows:
        if score >= POSSIBLE:
            box = np.array([x1 - left, y1 - top, x2 - left, y2 - top]) / scale
            objects.append((np.clip(box, 0, [image.shape[1], image.shape[0]] * 2), float(score), int(round(kind))))
    return after_nms(objects) if yolox else objects


def decoded(rows: np.ndarray) -> np.ndarray:
    cells = [np.stack(np.meshgrid(np.arange(416 // t), np.arange(416 // t)), -1).reshape(-1, 2) for t in (8, 16, 32)]
    stride = np.concatenate([np.full((len(c), 1), t) for c, t in zip(cells, (8, 16, 32))])
    centre = (rows[:, :2] + np.concatenate(cells)) * stride
    size = np.exp(rows[:, 2:4]) * stride
    score = rows[:, 4:5] * rows[:, 5:].max(1, keepdims=True)
    kind = rows[:, 5:].argmax(1)[:, None]
    return np.concatenate([centre - size / 2, centre + size / 2, score, kind], 1)


def detect(odd: Odd, folder: Path) -> tuple[subprocess.CompletedProcess, list[dict]]:
    surgery = Surgery(MODELS / f"{odd.base}.onnx")
    odd.make(surgery)
    file = folder / f"{odd.name}.onnx"
    apart = {"save_as_external_data": True, "location": "w.data"} if odd.name == "external-weights" else {}
    if odd.write:
        odd.write(surgery, file)
    else:
        onnx.save(surgery.model, str(file), **apart)
    model = file
    if odd.yaml:
        model = folder / "model.yaml"
        model.write_text("\n".join([f"file: {file.name}", *odd.yaml]) + "\n")
    command = [
        os.environ["RINGSIGHT"],
        "detect",
        "-m",
        model,
        "--threshold",
        "0.25",
        *PICTURES,
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    messages = [json.loads(line) for line in run.stdout.splitlines()]
    return run, [message for message in messages if message["type"] == "frame"]


def found(frame: dict) -> list:
    objects = []
    for entry in frame["objects"]:
        box = entry["bbox"]
        corners = box["left"], box["top"], box["left"] + box["width"], box["top"] + box["height"]
        objects.append((corners, entry["confidence"], entry["classId"]))
    return objects


def misses(wanted: list, given: list) -> list:
    return [o for o in wanted if not any(k == o[2] and overlap(o[0], b) > 0.85 for b, _, k in given)]


@pytest.mark.parametrize("odd", [*all_of(names()), *exports(names())], ids=lambda odd: odd.name)
def test_right_or_refused(odd: Odd, tmp_path: Path):
    run, frames = detect(odd, tmp_path)
    assert "Exception" not in run.stderr
    outcome = {1: "lost", 2: "refused"}.get(run.returncode, "")
    if outcome and outcome in odd.expected:
        assert not frames
        assert str(tmp_path) in run.stderr or outcome == "lost"
        return
    assert run.returncode == 0, run.stderr
    assert len(frames) == len(PICTURES)
    for picture, frame in zip(PICTURES, frames):
        if odd.expected == "none":
            assert frame["objects"] == [] and "left out" in run.stderr
            continue
        own = tmp_path / f"{odd.name}.onnx" if odd.expected == "as it is" else None
        possible = reference(odd.base, picture, own)
        if odd.expected == "class 0":
            possible = [o for o in possible if o[2] == 0]
        if odd.expected == "lost or left out":
            assert "left out" in run.stderr
            continue
        sure = [o for o in possible if o[1] >= SURE]
        assert not misses(after_nms(sure) if odd.expected == "nms" else sure, found(frame))
        assert not misses([o for o in found(frame) if o[1] >= FOUND], possible)
