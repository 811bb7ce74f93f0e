"""scripts/nightly, in a checkout whose parts are a few lines of shell. python3 -m unittest discover scripts/rig/runs"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
FAKES = {
    "rig/setup.sh": "echo set up $1",
    "faults": "echo 30 passed, 0 failed, 0 skipped",
    "soak": 'echo "soak $*"',
    "fuzz": "exit 1",
    "test": 'echo "on $JAVA_HOME: $*"',
    "package/test": ":",
}


class NightlyTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name)
        for name, text in FAKES.items():
            self.script("scripts/" + name, text)
        self.script("jvms/jdk-25/bin/javac", ":")
        shutil.copy(ROOT / "scripts/nightly", self.root / "scripts/nightly")

    def script(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/usr/bin/env bash\n" + text + "\n")
        file.chmod(0o755)

    def nightly(self, *arguments):
        done = subprocess.run([str(self.root / "scripts/nightly"), *arguments], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "RINGSIGHT_JVMS": str(self.root / "jvms")})
        return done.returncode, done.stdout + done.stderr

    def test_parts_by_name_with_one_table_at_the_end(self):
        status, said = self.nightly("soak", "faults")
        self.assertEqual(status, 0, said)
        table = said.split("\n\n")[-1].splitlines()
        self.assertEqual([line.split()[:2] for line in table[:3]], [["PASS", "setup"], ["PASS", "faults"], ["PASS", "soak"]])
        self.assertIn("soak --minutes 30", table[2])
        self.assertEqual(table[3:], ["every part passed"])

    def test_a_part_that_fails_fails_the_night_and_the_others_run(self):
        status, said = self.nightly("--no-setup", "fuzz", "soak", "package")
        self.assertEqual(status, 1, said)
        self.assertIn("FAILED: fuzz; again: scripts/nightly fuzz;", said)
        self.assertIn("exit status 1: it printed nothing", said)
        self.assertIn("PASS  package", said)

    def test_a_part_that_is_not_there_fails(self):
        (self.root / "scripts/faults").unlink()
        status, said = self.nightly("faults")
        self.assertEqual(status, 1, said)
        self.assertIn("exit status 127", said)

    def test_the_second_jdk_is_there_or_the_part_fails(self):
        status, said = self.nightly("--no-setup", "jdk25-kafka")
        self.assertEqual(status, 0, said)
        self.assertIn("on %s/jvms/jdk-25: --strict --java17-only --tag kafka" % self.root, said)
        shutil.rmtree(self.root / "jvms")
        status, said = self.nightly("--no-setup", "jdk25-kafka")
        self.assertEqual(status, 1, said)
        self.assertIn("no JDK 25 in", said)

    def test_the_list_names_every_part_and_runs_none(self):
        status, said = self.nightly("--list")
        self.assertEqual(status, 0, said)
        for part in ("faults", "soak", "chaos", "fuzz", "streams", "jdk25-rtsp", "browser", "models", "package"):
            self.assertRegex(said, r"(?m)^%s " % part)
        self.assertFalse((self.root / "out").exists())

    def test_a_part_nobody_knows_is_bad_usage(self):
        status, said = self.nightly("sok")
        self.assertEqual(status, 2, said)
        self.assertIn("expected a part (--list shows them) or an option, got 'sok'", said)


if __name__ == "__main__":
    unittest.main()
