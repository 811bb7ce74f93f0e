"""Pictures as the runtime feeds them to the model: what `ringsight tensors` wrote, never a letterbox of our own."""

import subprocess
from pathlib import Path

import numpy as np
from onnxruntime.quantization import CalibrationDataReader

ROOT = Path(__file__).resolve().parents[3]
RINGSIGHT = ROOT / "scripts" / "ringsight"


def dump(model: Path, images: Path, names: Path | None, limit: int, out: Path) -> list[Path]:
    """Has the runtime write OUT/NAME.npy, one [1,3,H,W] tensor a picture."""
    out.mkdir(parents=True, exist_ok=True)
    command = [RINGSIGHT, "tensors", images, "-m", model, "-o", out, "--limit", limit]
    if names is not None:
        command += ["--list", names]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"ringsight tensors failed: {done.stderr.strip()}")
    return tensors(out, limit)


def tensors(folder: Path, limit: int) -> list[Path]:
    files = sorted(folder.glob("*.npy"))[:limit]
    if not files:
        raise SystemExit(f"{folder}: expected .npy files written by 'ringsight tensors', there are none")
    return files


class Pictures(CalibrationDataReader):
    """Reads one file at a time, so that a hundred pictures need the memory of one."""

    def __init__(self, input_name: str, files: list[Path]):
        self.input_name, self.files = input_name, files
        self.rewind()

    def __len__(self) -> int:
        return len(self.files)

    def set_range(self, start_index: int, end_index: int):
        """Which files come next."""
        self.coming = iter(self.files[start_index:end_index])

    def get_next(self) -> dict[str, np.ndarray] | None:
        file = next(self.coming, None)
        return None if file is None else {self.input_name: np.load(file)}

    def rewind(self):
        self.set_range(0, len(self.files))
