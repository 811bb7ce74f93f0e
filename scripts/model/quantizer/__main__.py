"""scripts/model/quantize MODEL -o OUT.onnx ...: check, calibrate, quantise, compare layer by layer, judge, report."""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from . import calibration, half, int8, judge, layers
from .check import check, printed
from .judge import Bench, milliseconds

SENSITIVITY_PICTURES = 4


def arguments(argv=None):
    p = argparse.ArgumentParser(
        prog="scripts/model/quantize",
        description="Makes an INT8 (or, with --fp16, a float16) file of a float32 ONNX detector, and refuses it if it "
        "lost more than the gate allows. Exit status: 0 passed, 1 failed or refused, 2 bad usage.",
    )
    p.add_argument("model", type=Path, help="float32 .onnx whose metadata names the classes, or a model .yaml")
    p.add_argument("-o", "--out", type=Path, required=True, help=".onnx to write; the report goes to OUT.report.json")
    p.add_argument("--fp16", action="store_true", help="float16 instead of INT8; needs no calibration")
    g = p.add_argument_group("calibration (none of these pictures may be among those of the gate)")
    g.add_argument("--calibration", type=Path, help="folder of pictures")
    g.add_argument("--calibration-list", type=Path, help="file of names in it, one a line")
    g.add_argument("--tensors", type=Path, help="folder 'ringsight tensors' has written already, instead of pictures")
    g.add_argument("--limit", type=int, default=100, help="pictures to calibrate with (default: %(default)s)")
    g.add_argument("--method", choices=int8.METHODS, default="minmax")
    g.add_argument("--activation", choices=("u8", "s8"), default="u8", help="s8 for TensorRT (default: %(default)s)")
    g = p.add_argument_group("gate")
    g.add_argument("--images", type=Path, required=True)
    g.add_argument("--labels", type=Path, required=True)
    g.add_argument("--list", type=Path)
    g.add_argument("--iou", type=float, default=0.5)
    g.add_argument(
        "--max-drop", type=float, default=0.005, help="of mAP at the IoU and of mAP50-95 (default: %(default)s)"
    )
    p.add_argument("--no-safeguards", action="store_true", help="quantise everything, to see the gate catch it")
    o = p.parse_args(argv)
    if not o.fp16 and not (o.calibration or o.tensors):
        p.error("INT8 needs --calibration DIR or --tensors DIR")
    return o


class Session:
    """One run: what it found so far is its report."""

    def __init__(self, options, work: Path):
        self.o, self.work = options, work
        self.bench = Bench(options.images, options.labels, options.list, options.iou)
        self.report: dict = {"model": options.model.name, "attempts": []}

    def say(self, text: str):
        print(text, flush=True)

    def run(self) -> bool:
        o = self.o
        facts = check(o.model)
        self.say(f"1. check {o.model}\n{printed(facts)}")
        self.report["check"] = asdict(facts)
        if facts.fatal:
            self.say("refused: see FAILS above")
            return False
        prepared = int8.prepare(o.model, self.work / "prepared.onnx")
        self.reference = self.bench.measure(o.model)
        self.say(f"   float32: {self.scores(self.reference)}")
        files = self.calibration_files()
        passed = self.to_half(prepared) if o.fp16 else self.to_int8(prepared, files)
        if files:
            self.compare(prepared, files[:SENSITIVITY_PICTURES])
        self.speed(files)
        self.report["passed"] = passed
        if o.yaml:
            o.out.with_suffix(".yaml").write_text(derived(o.yaml.read_text(), o.out.name))
            self.say(self.bench.write_gate(o.yaml, o.out.with_suffix(".yaml"), o.max_drop))
        report = o.out.with_suffix(".report.json")
        report.write_text(json.dumps(self.report, indent=1) + "\n")
        self.say(f"report: {report}")
        self.say(f"{'PASSED' if passed else 'REFUSED'}: {o.out}")
        return passed

    def scores(self, result: dict) -> str:
        figures = {f"mAP@{self.o.iou:g}": "mAP", "mAP50": "mAP50", "mAP50-95": "mAP50_95", "F": "fScore"}
        return ", ".join(f"{name} {result[key]:.4f}" for name, key in figures.items())

    def calibration_files(self) -> list[Path]:
        o = self.o
        if o.tensors:
            files = calibration.tensors(o.tensors, o.limit)
        elif o.calibration:
            files = calibration.dump(o.model, o.calibration, o.calibration_list, o.limit, self.work / "tensors")
        else:
            return []
        self.say(f"2. calibrate: {len(files)} pictures as the runtime letterboxes them")
        judged = {p.stem for p in o.images.iterdir()} if o.list is None else set(o.list.read_text().split())
        both = sorted(judged & {f.stem for f in files})
        if both:
            raise SystemExit(f"{len(both)} pictures are for calibration and for the gate, such as {both[0]}")
        self.report["calibration"] = [f.stem for f in files]
        return files

    def to_half(self, prepared: Path) -> bool:
        count = half.convert(prepared, self.o.model, self.o.out)
        self.say(f"3. float16: {count} nodes converted")
        return self.judged("float16 up to the predictions", [])

    def to_int8(self, prepared: Path, files: list[Path]) -> bool:
        o = self.o
        recipe = int8.Recipe(o.activation, o.method, not o.no_safeguards)
        if o.no_safeguards:
            self.say("3. quantise: everything, without safeguards")
            int8.quantize(prepared, o.model, o.out, files, recipe, set())
            return self.judged("nothing", [])
        sensitivity: list[str] = []
        steps = int8.ladder(prepared, sensitivity)
        index = 0
        while index < len(steps):
            name, in_float = steps[index]
            self.say(f"3. quantise, in float: {name} ({len(in_float)} nodes)")
            int8.quantize(prepared, o.model, o.out, files, recipe, in_float)
            if self.judged(name, sorted(in_float)):
                return True
            if not sensitivity:  # known only once something is quantised
                found = layers.compare(prepared, o.out, files[:SENSITIVITY_PICTURES])
                sensitivity = [r.name for r in sorted(found, key=lambda r: -r.added) if r.precision == "int8"]
                steps = int8.ladder(prepared, sensitivity)
            index += 1
        return False

    def judged(self, in_float: str, nodes: list[str]) -> bool:
        """Measures what was written, with the runtime; whether it passes."""
        result = self.bench.measure(self.o.out)
        drop = judge.drop(self.reference, result)
        passed = drop <= self.o.max_drop
        self.say(
            f"5. gate: {self.scores(result)}\n   {-drop:+.4f} at worst, at most -{self.o.max_drop:g} allowed: "
            f"{'passed' if passed else 'REFUSED'}"
        )
        lost = judge.losses(self.reference, result)
        if not passed:
            self.say("   lost by class: " + ", ".join(lost[:10]))
        self.report["attempts"].append(
            {"inFloat": in_float, "nodes": nodes, "result": result, "drop": drop, "passed": passed, "classes": lost}
        )
        return passed

    def compare(self, prepared: Path, files: list[Path]):
        found = layers.compare(prepared, self.o.out, files)
        self.report["layers"] = [asdict(r) for r in found]
        self.say(f"4. compare with float32, layer by layer ({len(files)} pictures), the 12 worst of {len(found)}:")
        self.say(layers.printed(found, 12))

    def speed(self, files: list[Path]):
        picture = np.load(files[0]) if files else np.zeros((1, 3, 640, 640), np.float32)
        before, after = milliseconds([self.o.model, self.o.out], picture)
        self.report["speed"] = {"float32Ms": before, "ms": after, "ratio": before / after}
        sizes = [p.stat().st_size / 1e6 for p in (self.o.model, self.o.out)]
        self.say(f"6. one core: {before:.1f} ms -> {after:.1f} ms, {before / after:.2f} times as fast; "
                 f"{sizes[0]:.2f} MB -> {sizes[1]:.2f} MB")  # fmt: skip


def derived(yaml: str, file: str) -> str:
    """A model YAML for another file of the same model: its own `file`, no gate of another's."""
    lines, gate = [], False
    for line in yaml.splitlines():
        gate = line.startswith("gate:") or (gate and line[:1] in ("", " "))
        if not gate and not line.startswith("# gate:"):
            lines.append(re.sub(r"^file:(\s*)\S+", rf"file:\g<1>{file}", line))
    return "\n".join(lines) + "\n"


def main() -> int:
    o = arguments()
    o.yaml = None
    if o.model.suffix in (".yaml", ".yml") and o.model.is_file():
        named = re.search(r"^file:\s*(\S+)", o.model.read_text(), re.MULTILINE)
        if not named:
            print(f"{o.model}: expected a line 'file: MODEL.onnx', there is none", file=sys.stderr)
            return 2
        o.yaml, o.model = o.model, o.model.parent / named[1]
    if not o.model.is_file():
        print(f"{o.model}: no such model file", file=sys.stderr)
        return 2
    o.out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="quantize-", dir=os.environ.get("TMPDIR")))
    try:
        return 0 if Session(o, work).run() else 1
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
