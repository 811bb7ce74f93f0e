"""The list of rows: each a function of a Bench that returns Figures, or raises Failed or Skipped."""

ROWS = {}


class Row:
    def __init__(self, number, title, function, fast, lab):
        self.number, self.title, self.function, self.fast, self.lab = number, title, function, fast, lab


def row(number, title, fast=False, lab=False):
    """Registers a row of the fault matrix; fast ones are part of scripts/test; lab: has the networks."""

    def register(function):
        assert number not in ROWS, number
        ROWS[number] = Row(number, title, function, fast, lab)
        return function

    return register


def exit_status(verdicts, strict=False):
    """0 if a row passed and none failed, and strictly none was skipped: where all were, nothing was shown."""
    return 0 if "PASS" in verdicts and "FAIL" not in verdicts and not (strict and "SKIP" in verdicts) else 1
