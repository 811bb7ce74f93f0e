#!/usr/bin/python3
"""Judges one run of tests by the XML reports it left: whether any test ran, and which were skipped without an excuse.

usage: judge.py FOLDER NAME [--parts "PART…"] [--strict]
  FOLDER      has the reports (TEST-*.xml), at any depth; of Maven Surefire or of pytest
  NAME        the run's, for the lines printed
  --parts     those of scripts/rig/setup.sh that are there
  --strict    a part that is not there excuses nothing

A test is excused by its name, and only where its reason is true; in a run that is not strict also whatever needs a part,
../shared or root that is not there. Exit status: 0 well, 1 no test ran or one was skipped without an excuse.
"""
import argparse
import collections
import os
import pathlib
import re
import shutil
import sys
import xml.etree.ElementTree
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[3]
PARTS = ("rtsp", "kafka", "observers", "vm", "gpu-double", "python", "bare", "mqtt")


class Case(NamedTuple):
    """A test: its class and name without the product's package, and why it was skipped (None: it ran)."""

    name: str
    skipped: str | None


class Machine(NamedTuple):
    """What is true of this machine."""

    parts: frozenset[str]
    shared: bool
    gpu: bool
    nvcc: bool
    chromium: bool
    root: bool
    strict: bool


class Excuse(NamedTuple):
    """A test (a pattern) may be skipped for a reason (a pattern), because of what is true here."""

    test: str
    reason: str
    because: str


def excuses(machine):
    """Those that are true of the machine."""
    all_excuses = [
        (not machine.chromium, Excuse(
            r"app\.tools\.inspect\.InspectCommandTest\.aBrowserShowsThePage", r"needs chromium",
            "Chromium is 113 MB for one test: scripts/nightly installs it")),
        (machine.gpu, Excuse(
            r"sources\.decode\.CudaDecoderTest\..*", r"there is an NVIDIA GPU", "what happens without a GPU needs a machine without")),
        (not machine.nvcc, Excuse(
            r"core\.infer\.cuda\.LetterboxCubinTest\..*", r"no nvcc on the PATH", "NVIDIA's compiler is not part of Debian")),
        (True, Excuse(r"tests\.test_odd_models\..*", r"takes minutes: set RINGSIGHT", "scripts/nightly sets it")),
        (not machine.shared and not machine.strict, Excuse(
            r".*", r"\.\./shared|RINGSIGHT_SHARED|no models in ", "there is no ../shared")),
        (not machine.root and not machine.strict, Excuse(r".*", r"needs root|as root", "you are not root")),
    ]
    all_excuses += [(part not in machine.parts and not machine.strict,
                     Excuse(r".*", r"setup\.sh (?:[a-z-]+ )*%s\b" % part, "part '%s' is not set up" % part)) for part in PARTS]
    return [excuse for is_true, excuse in all_excuses if is_true]


def cases(folder):
    """The tests of all reports below the folder."""
    found = []
    for report in sorted(pathlib.Path(folder).rglob("TEST-*.xml")):
        for case in xml.etree.ElementTree.parse(report).iter("testcase"):
            skip = case.find("skipped")
            name = "%s.%s" % (case.get("classname", "").removeprefix("io.ringsight."), case.get("name", ""))
            found.append(Case(name, None if skip is None else reason(skip)))
    return found


def reason(skip):
    """What the test says, without the exception that carries it."""
    text = (skip.get("message") or skip.text or "").strip()
    text = text.splitlines()[0] if text else ""
    text = re.sub(r"^\S*Exception: ", "", text)
    return re.sub(r"^(Skipped|Assumption failed): ", "", text) or "no reason given"


def excuse(case, known):
    """The first that holds for a skipped test, or None."""
    return next((e for e in known if re.fullmatch(e.test, case.name) and re.search(e.reason, case.skipped)), None)


def judge(name, found, machine):
    """(lines to print, problems)."""
    skipped = [case for case in found if case.skipped is not None]
    if len(skipped) == len(found):
        lines = ["%s: all %d tests were skipped, the first for: %s" % (name, len(found), found[0].skipped)] if found else []
        return lines, ["%s: no test ran" % name]
    if not skipped:
        return ["%s: no test was skipped" % name], []
    known, lines, problems = excuses(machine), ["%s: skipped:" % name], []
    for (test, why_skipped), count in alike(skipped).items():
        why = excuse(Case(test, why_skipped), known)
        times = " (%d times)" % count if count > 1 else ""
        lines.append("  %s%s: %s%s" % (test, times, why_skipped, " [excused: %s]" % why.because if why else ""))
        if why is None:
            problems.append("%s: %s%s was skipped without an excuse: %s" % (name, test, times, why_skipped))
    return lines, problems


def alike(skipped):
    """How often each test was skipped for the same reason, whatever its parameters."""
    return collections.Counter(Case(re.sub(r"[\[({].*", "", case.name), case.skipped) for case in skipped)


def this_machine(parts, strict):
    return Machine(
        parts=frozenset(parts),
        shared=pathlib.Path(os.environ.get("RINGSIGHT_SHARED") or ROOT.parent / "shared").is_dir(),
        gpu=any(pathlib.Path("/dev").glob("nvidia[0-9]*")),
        nvcc=shutil.which("nvcc") is not None,
        chromium=os.access("/usr/bin/chromium", os.X_OK),
        root=os.geteuid() == 0,
        strict=strict)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("name")
    parser.add_argument("--parts", default="")
    parser.add_argument("--strict", action="store_true")
    o = parser.parse_args()
    lines, problems = judge(o.name, cases(o.folder), this_machine(o.parts.split(), o.strict))
    print("\n".join(lines + ["FAILED: " + problem for problem in problems]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
