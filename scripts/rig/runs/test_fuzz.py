"""What makes the fuzzers fail. python3 -m unittest discover scripts/rig/runs"""
import importlib.util
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PARSERS = ("ConfigFuzzTarget", "PythonLiteralFuzzTarget", "OnnxScanFuzzTarget", "LabelFileFuzzTarget", "MessageFuzzTarget")


def streams():
    spec = importlib.util.spec_from_file_location("fuzz_streams", ROOT / "scripts/rig/fuzz-streams.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Temporary(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def script(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/usr/bin/env bash\n" + text + "\n")
        file.chmod(0o755)
        return file


class StreamsTest(Temporary):
    SEEDS = {"avc.mp4": bytes(100), "session.sdp": b"v=0"}

    def setUp(self):
        super().setUp()
        self.fuzzer = streams()
        self.fuzzer.OUT = self.folder / "out"

    def fuzz(self, decoder):
        return self.fuzzer.fuzz(decoder, {"avc.mp4": bytes(100)}, self.folder, random.Random(1), 0.2, 1)

    def test_a_program_that_decodes_nothing_tries_nothing(self):
        for program, said in (("/bin/false", "exit status 1"), ("/bin/true", "0 frames")):
            found = self.fuzzer.not_decoded(pathlib.Path(program), self.SEEDS, self.folder)
            self.assertEqual(len(found), 1, found)
            self.assertIn(said, found[0])

    def test_a_decoder_decodes_what_is_whole(self):
        decoder = self.script("ffmpeg", "echo '#tb 0: 1/10'; echo '0, 0, 0, 1, 28800, 0x1'")
        self.assertEqual(self.fuzzer.not_decoded(decoder, self.SEEDS, self.folder), [])
        tried, frames, bad = self.fuzz(decoder)
        self.assertEqual((tried, bad), (frames, []))
        self.assertGreater(tried["avc.mp4"], 0)

    def test_a_crash_is_found_and_its_input_kept(self):
        _, _, bad = self.fuzz(self.script("ffmpeg", "kill -SEGV $$"))
        self.assertIn("signal 11", bad[0])
        self.assertTrue(list((self.folder / "out").iterdir()))

    def test_a_decoder_that_hangs_is_found(self):
        self.fuzzer.LIMIT_S = 0.1
        _, _, bad = self.fuzz(self.script("ffmpeg", "exec sleep 5"))
        self.assertIn("still running after", bad[0])


class ParsersTest(Temporary):
    def fuzz(self, lines, *arguments):
        (self.folder / "scripts").mkdir(exist_ok=True)
        shutil.copy(ROOT / "scripts/fuzz", self.folder / "scripts/fuzz")
        (self.folder / "said").write_text("".join(line + "\n" for line in lines))
        self.script("bin/mvn", 'd=pipeline-app/target/surefire-reports; mkdir -p $d\n'
                               '[ ! -s said ] || cp said $d/TEST-io.ringsight.app.system.ParsersFuzzTest.xml')
        done = subprocess.run([str(self.folder / "scripts/fuzz"), *arguments], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "PATH": "%s/bin:%s" % (self.folder, os.environ["PATH"])})
        return done.returncode, done.stdout + done.stderr

    @staticmethod
    def runs(*parsers):
        return ["fuzz %s: Done 20311 runs in 11 second" % parser for parser in parsers]

    def test_every_parser_that_was_asked_for_must_have_run(self):
        self.assertEqual(self.fuzz(self.runs(*PARSERS))[0], 0)
        self.assertEqual(self.fuzz(self.runs(PARSERS[4]), "messages")[0], 0)
        status, said = self.fuzz(self.runs(*PARSERS[:4]))
        self.assertEqual(status, 1, said)
        self.assertIn("fuzz: expected runs of 5 parsers", said)

    def test_no_tests_is_no_run_whatever_lies_there_from_before(self):
        self.assertEqual(self.fuzz(self.runs(*PARSERS))[0], 0)
        status, said = self.fuzz([])
        self.assertEqual(status, 1, said)

    def test_no_runs_are_no_run(self):
        self.assertEqual(self.fuzz(["fuzz MessageFuzzTarget: Done 0 runs in 11 second"], "messages")[0], 1)


if __name__ == "__main__":
    unittest.main()
