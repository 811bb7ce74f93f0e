"""scripts/test itself, in a checkout whose Maven, JDKs and parts are a few lines of shell."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
REPORT = '<testsuite><testcase classname="io.ringsight.OneTest" name="runs"/>%s</testsuite>'
SKIPPED = '<testcase classname="io.ringsight.TwoTest" name="off"><skipped message="%s"/></testcase>'
TEST = "import unittest\nclass T(unittest.TestCase):\n    def test_it(self): pass\n"
FAKES = {
    "bin/mvn": 'echo "$JAVA_HOME $*" >>"$FAKE/mvn.calls"; rm -rf pipeline-core/target\n'
               'mkdir -p pipeline-core/target/surefire-reports\n'
               'cp "$FAKE/report.xml" pipeline-core/target/surefire-reports/TEST-io.ringsight.OneTest.xml\n'
               'echo "[INFO] Tests run: 1, Failures: 0, Errors: 0, Skipped: 0"',
    "bin/id": "echo 0",
    "jdk17/bin/java": "echo 'openjdk version \"17.0.1\"' >&2",
    "jvms/jdk-25/bin/javac": ":",
    "scripts/rig/setup.sh": '[ "$1" != "$BROKEN" ] || { echo "no mirror answers"; exit 1; }',
    "scripts/faults": 'echo; echo "${ROW:-PASS}  1  a camera is killed"',
    "scripts/rig/bare/bare-test": "echo bare: 1 passed",
    "scripts/ringsight": ":",
    "scripts/model/python": 'echo "$FAKE/bin/python"',
    "bin/python": 'for a; do case $a in --junitxml=*) cp "$FAKE/plain.xml" "${a#*=}" ;; esac; done; echo 1 passed',
}


class ScriptTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = pathlib.Path(temporary.name, "checkout")
        for name, text in FAKES.items():
            self.put(name, "#!/usr/bin/env bash\n" + text + "\n").chmod(0o755)
        for folder in ("runs", "faults"):
            self.put("scripts/rig/%s/test_it.py" % folder, TEST)
        self.put("pipeline-core/src/test/java/OneTest.java", '@Tag("kafka")\n@Tag("shared")\n')
        self.put("plain.xml", REPORT % "")
        self.put("report.xml", REPORT % "")
        (self.root / "scripts/rig/chaos").mkdir()
        (self.root.parent / "shared").mkdir()
        shutil.copy(ROOT / "scripts/test", self.root / "scripts/test")
        shutil.copy(ROOT / "scripts/rig/runs/judge.py", self.root / "scripts/rig/runs/judge.py")

    def put(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def run_it(self, *arguments, **environment):
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("RINGSIGHT_")}
        done = subprocess.run(
            [str(self.root / "scripts/test"), *arguments], capture_output=True, text=True, timeout=60,
            env={**inherited, "PATH": "%s/bin:%s" % (self.root, os.environ["PATH"]), "FAKE": str(self.root), "BROKEN": "",
                 "JAVA_HOME": str(self.root / "jdk17"), "RINGSIGHT_JVMS": str(self.root / "jvms"),
                 "RIG_WORK": str(self.root / "rig"), **environment})
        return done.returncode, done.stdout + done.stderr

    def is_red_when_strict_only(self, expected, *arguments, **environment):
        status, said = self.run_it(*arguments, **environment)
        self.assertEqual(status, 0, said)
        status, said = self.run_it("--strict", *arguments, **environment)
        self.assertEqual(status, 1, said)
        told = [line for line in said.splitlines() if line.startswith("strict: ")]
        self.assertIn(expected, "\n".join(told), said)
        return told

    def runs(self):
        return len((self.root / "mvn.calls").read_text().splitlines())

    def test_with_everything_there_it_passes_strictly(self):
        status, said = self.run_it("--strict")
        self.assertEqual(status, 0, said)
        self.assertIn("all passed", said)
        self.assertEqual(self.runs(), 2)

    def test_without_cameras(self):
        told = self.is_red_when_strict_only("could not set up 'rtsp'", BROKEN="rtsp")
        self.assertEqual(len(told), 3, told)  # the part, and what hangs on it: the rows, and the program on a bare machine

    def test_without_brokers(self):
        self.is_red_when_strict_only("could not set up 'kafka'", BROKEN="kafka")

    def test_without_the_python_of_the_models(self):
        self.is_red_when_strict_only("scripts/model: left out", BROKEN="python")

    def test_without_a_second_jdk(self):
        shutil.rmtree(self.root / "jvms")
        told = self.is_red_when_strict_only("no second JDK, expected a JDK 25 in")
        self.assertEqual(len(told), 1, told)

    def test_without_pictures(self):
        (self.root.parent / "shared").rmdir()
        self.is_red_when_strict_only("no ../shared")

    def test_a_fault_row_that_was_skipped(self):
        self.is_red_when_strict_only("faults: rows were skipped", ROW="SKIP")

    def test_a_disabled_test_fails_every_run(self):
        self.put("report.xml", REPORT % SKIPPED % "some day")
        for strict in ([], ["--strict"]):
            status, said = self.run_it(*strict)
            self.assertEqual(status, 1, said)
            self.assertIn("FAILED: java-default: TwoTest.off was skipped without an excuse: some day", said)

    def test_a_tag_without_a_test_is_bad_usage_and_nothing_is_built(self):
        status, said = self.run_it("--tag", "nosuch")
        self.assertEqual(status, 2, said)
        self.assertIn("--tag: expected one of: kafka shared bare; got 'nosuch'", said)
        self.assertFalse((self.root / "mvn.calls").exists())

    def test_a_tag_whose_every_test_was_skipped_is_no_run(self):
        self.put("report.xml", "<testsuite>%s</testsuite>" % SKIPPED % "run scripts/rig/setup.sh kafka")
        status, said = self.run_it("--tag", "kafka", BROKEN="kafka")
        self.assertEqual(status, 1, said)
        self.assertIn("FAILED: java-default: no test ran", said)

    def test_the_second_jdk_is_not_asked_for_tests_it_leaves_out(self):
        status, said = self.run_it("--strict", "--tag", "kafka")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.runs(), 1)
        status, said = self.run_it("--strict", "--tag", "shared")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.runs(), 3)

    def test_a_strict_run_that_sets_nothing_up_takes_no_missing_part_for_an_excuse(self):
        self.put("report.xml", REPORT % SKIPPED % "run scripts/rig/setup.sh kafka")
        self.assertEqual(self.run_it("--no-setup")[0], 0)
        status, said = self.run_it("--no-setup", "--strict")
        self.assertEqual(status, 1, said)
        self.assertIn("TwoTest.off was skipped without an excuse: run scripts/rig/setup.sh kafka", said)


if __name__ == "__main__":
    unittest.main()
