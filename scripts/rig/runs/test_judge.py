"""The judge of runs, judged. python3 -m unittest discover scripts/rig/runs"""
import pathlib
import tempfile
import unittest

from judge import Case, Machine, cases, excuses, judge

BARE = Machine(frozenset(), shared=False, gpu=False, nvcc=False, chromium=False, root=False, strict=False)
WHOLE = Machine(frozenset(("rtsp", "kafka", "observers", "vm", "gpu-double", "python", "bare", "mqtt")), shared=True, gpu=False, nvcc=True,
                chromium=True, root=True, strict=False)
RAN = Case("app.OneTest.runs", None)
NO_RTSP = Case("sources.RtspTest.plays", "no GstRtspServer for /usr/bin/python3; run scripts/rig/setup.sh rtsp")
NO_CHROMIUM = Case("app.tools.inspect.InspectCommandTest.aBrowserShowsThePage", "needs chromium (apt-get install chromium)")
A_GPU = Case("sources.decode.CudaDecoderTest.autoFallsBack", "there is an NVIDIA GPU: this is what happens without")

SUREFIRE = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="io.ringsight.app.OneTest" tests="4">
  <testcase name="runs" classname="io.ringsight.app.OneTest" time="0.1"/>
  <testcase name="fails" classname="io.ringsight.app.OneTest" time="0.1"><failure type="E">no</failure></testcase>
  <testcase name="assumes" classname="io.ringsight.app.OneTest" time="0.1">
    <skipped type="org.opentest4j.TestAbortedException"><![CDATA[org.opentest4j.TestAbortedException: Assumption failed: no x
\tat io.ringsight.app.OneTest.assumes(OneTest.java:1)]]></skipped></testcase>
  <testcase name="off" classname="io.ringsight.app.OneTest" time="0"><skipped message="some day"/></testcase>
  <testcase name="offToo" classname="io.ringsight.app.OneTest" time="0"><skipped/></testcase>
</testsuite>"""
PYTEST = """<testsuites><testsuite name="pytest"><testcase classname="tests.test_a" name="test_b[1]">
<skipped type="pytest.skip" message="no models in /x">/x/test_a.py:1: no models in /x</skipped></testcase></testsuite></testsuites>"""


class JudgeTest(unittest.TestCase):
    def excused(self, machine, *skipped):
        lines, problems = judge("run", [RAN, *skipped], machine)
        self.assertEqual(problems, [])
        self.assertIn("[excused: ", "\n".join(lines))

    def not_excused(self, machine, skipped, expected):
        _, problems = judge("run", [RAN, skipped], machine)
        self.assertEqual(len(problems), 1)
        self.assertIn(expected, problems[0])

    def test_all_that_ran_is_well(self):
        self.assertEqual(judge("run", [RAN], WHOLE), (["run: no test was skipped"], []))

    def test_no_test_and_nothing_but_skipped_tests_are_no_run(self):
        for found in ([], [NO_RTSP], [NO_RTSP, NO_CHROMIUM]):
            self.assertEqual(judge("run", found, BARE)[1], ["run: no test ran"])

    def test_a_part_that_is_not_there_excuses_unless_the_run_is_strict(self):
        self.excused(BARE, NO_RTSP)
        self.not_excused(BARE._replace(strict=True), NO_RTSP, "sources.RtspTest.plays was skipped without an excuse: no Gst")
        self.not_excused(WHOLE, NO_RTSP, "run scripts/rig/setup.sh rtsp")

    def test_each_excuse_names_a_test_that_is_there(self):
        root = pathlib.Path(__file__).parents[3]
        machine = WHOLE._replace(gpu=True, nvcc=False, chromium=False)
        for name in (excuse.test for excuse in excuses(machine) if "Test\\." in excuse.test):
            file = name.split("Test\\.")[0].replace("\\.", "/") + "Test.java"
            self.assertTrue(list(root.glob("pipeline-*/src/test/java/io/ringsight/" + file)), name)

    def test_a_part_excuses_no_test_of_another(self):
        self.not_excused(BARE._replace(parts=frozenset(("rtsp",))), NO_RTSP, "RtspTest")
        self.excused(BARE._replace(parts=frozenset(("rtsp",))), Case("a.B.c", "run scripts/rig/setup.sh kafka observers"))

    def test_pictures_that_are_not_there_excuse_unless_the_run_is_strict(self):
        skipped = Case("app.EvalTest.e", "needs ../shared/data/coco128, which is not there")
        self.excused(BARE, skipped)
        self.not_excused(BARE._replace(strict=True), skipped, "EvalTest")

    def test_a_disabled_test_is_never_excused(self):
        for machine in (BARE, WHOLE, WHOLE._replace(strict=True)):
            self.not_excused(machine, Case("app.OneTest.off", "some day"), "app.OneTest.off was skipped without an excuse: some day")
            self.not_excused(machine, Case("app.OneTest.off", "no reason given"), "no reason given")

    def test_what_chromium_is_excused_for_is_one_test_where_there_is_none(self):
        self.excused(WHOLE._replace(chromium=False, strict=True), NO_CHROMIUM)
        self.not_excused(WHOLE._replace(strict=True), NO_CHROMIUM, "needs chromium")
        self.not_excused(WHOLE._replace(chromium=False), Case("app.OtherTest.t", NO_CHROMIUM.skipped), "OtherTest")

    def test_a_gpu_excuses_what_needs_a_machine_without(self):
        self.excused(WHOLE._replace(gpu=True, strict=True), A_GPU)
        self.not_excused(WHOLE, A_GPU, "CudaDecoderTest")

    def test_nvidias_compiler_is_excused_where_there_is_none(self):
        skipped = Case("core.infer.cuda.LetterboxCubinTest.compiles(int)[1]", "no nvcc on the PATH (CUDA toolkit 13)")
        self.excused(WHOLE._replace(nvcc=False, strict=True), skipped)
        self.not_excused(WHOLE, skipped, "LetterboxCubinTest")

    def test_a_test_of_many_parameters_is_told_once(self):
        lines, problems = judge("run", [RAN] + [Case("a.B.c(int)[%d]" % i, "off") for i in range(9)], WHOLE)
        self.assertEqual(lines[1:], ["  a.B.c (9 times): off"])
        self.assertEqual(len(problems), 1)

    def test_reports_of_surefire_and_pytest_are_read(self):
        with tempfile.TemporaryDirectory() as folder:
            inner = pathlib.Path(folder, "pipeline-app")
            inner.mkdir()
            (inner / "TEST-io.ringsight.app.OneTest.xml").write_text(SUREFIRE)
            (inner / "TEST-model.xml").write_text(PYTEST)
            self.assertEqual(cases(folder), [
                RAN, Case("app.OneTest.fails", None), Case("app.OneTest.assumes", "no x"), Case("app.OneTest.off", "some day"),
                Case("app.OneTest.offToo", "no reason given"), Case("tests.test_a.test_b[1]", "no models in /x")])


if __name__ == "__main__":
    unittest.main()
