"""judge_bench.py holds a run of the benchmark to what is promised."""
import copy
import unittest

from judge_bench import promises

GOOD = {
    "throughput": {"ratio": 0.95},
    "latency": [{"load": 0.3, "p50Ms": 20, "p99Ms": 60}, {"load": 0.6, "p50Ms": 20, "p99Ms": 29}],
    "allocation": {"bytesPerFrame": 45.1},
    "cameras": [{"n": 1, "cpuMsPerFrame": 24.0}, {"n": 4, "cpuMsPerFrame": 24.9}],
}


class JudgeBenchTest(unittest.TestCase):
    def broken(self, change):
        bench = copy.deepcopy(GOOD)
        change(bench)
        return [what for what, _, _, holds in promises(bench) if not holds]

    def test_what_is_promised_passes(self):
        self.assertEqual(self.broken(lambda bench: None), [])

    def test_each_promise_can_be_broken(self):
        self.assertEqual(self.broken(lambda b: b["throughput"].update(ratio=0.89)), ["throughput to its limit"])
        self.assertEqual(self.broken(lambda b: b["latency"][1].update(p99Ms=31)), ["p99 to p50 at 60 % load"])
        self.assertEqual(self.broken(lambda b: b["allocation"].update(bytesPerFrame=1_001)), ["bytes allocated a frame"])
        self.assertEqual(self.broken(lambda b: b["cameras"][1].update(cpuMsPerFrame=28)),
                         ["cost of a frame with 4 cameras to one"])

    def test_figures_of_one_camera_are_no_answer(self):
        with self.assertRaisesRegex(ValueError, "several cameras"):
            self.broken(lambda b: b["cameras"].pop())


if __name__ == "__main__":
    unittest.main()
