"""Accuracy by the runtime itself (`ringsight eval`) and speed on one core."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from .calibration import RINGSIGHT
from .layers import kind


@dataclass(frozen=True)
class Bench:
    """Pictures and labels to judge on; none of them may be among those to calibrate with."""

    images: Path
    labels: Path
    names: Path | None
    iou: float

    def measure(self, model: Path) -> dict:
        """What `ringsight eval --json` prints."""
        command = [RINGSIGHT, "eval", "-m", model, "--images", self.images, "--labels", self.labels]
        command += ["--iou", self.iou, "--json"] + (["--list", self.names] if self.names else [])
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"ringsight eval -m {model} failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def write_gate(self, reference: Path, candidate: Path, max_drop: float) -> str:
        """Has the runtime judge the same anew and keep its finding in the candidate's YAML."""
        command = [RINGSIGHT, "eval", "--compare", reference, candidate, "--images", self.images]
        command += ["--labels", self.labels, "--iou", self.iou, "--max-drop", max_drop, "--write-gate"]
        command += ["--list", self.names] if self.names else []
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise SystemExit(f"ringsight eval --compare failed: {done.stderr.strip()}")
        return done.stdout.strip()


def drop(reference: dict, candidate: dict) -> float:
    """The gate's measure: what either mean average precision fell by, whichever is more."""
    return max(reference[m] - candidate[m] for m in ("mAP", "mAP50_95"))


def losses(reference: dict, candidate: dict) -> list[str]:
    """Which classes lost how much, worst first."""
    rows = [(reference["classes"][c] - candidate["classes"].get(c, 0.0), c) for c in reference["classes"]]
    return [f"{name} {-lost:+.4f}" for lost, name in sorted(rows, reverse=True) if abs(lost) >= 0.0005]


def milliseconds(models: list[Path], picture: np.ndarray, rounds: int = 30) -> list[float]:
    """Median processor time of one inference on one thread, the models in turn so that all meet the same machine."""
    sessions = []
    for m in models:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        sessions.append(onnxruntime.InferenceSession(m, options, providers=["CPUExecutionProvider"]))
    feeds = [{s.get_inputs()[0].name: picture.astype(kind(s))} for s in sessions]
    spent = np.zeros((rounds, len(models)))
    for r in range(-2, rounds):
        for k, (session, feed) in enumerate(zip(sessions, feeds)):
            start = time.thread_time()
            session.run(None, feed)
            if r >= 0:
                spent[r, k] = time.thread_time() - start
    return [float(m) for m in np.median(spent, 0) * 1000]
