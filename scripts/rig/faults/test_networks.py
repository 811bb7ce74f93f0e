"""The judge of row 13, judged. python3 -m unittest discover scripts/rig/faults"""
import unittest

from rows_networks import hidden_lags


def frame(at, number, clock="arrival"):
    return at, {"type": "frame", "frameSeq": number, "captureTime": {"clock": clock}}


def gap(at):
    return at, {"type": "gap", "frameSeq": 0}


class HiddenLagTest(unittest.TestCase):
    def test_frames_at_the_cameras_rate_have_none(self):
        self.assertEqual([0.0] * 5, [round(lag, 6) for lag in hidden_lags([frame(100 + n / 10, n) for n in range(5)], 10)])

    def test_frames_at_a_third_of_the_rate_fall_behind(self):
        self.assertAlmostEqual(6.0, max(hidden_lags([frame(100 + 0.3 * n, n) for n in range(31)], 10)))

    def test_frames_that_were_counted_as_late_are_no_lag(self):
        self.assertAlmostEqual(0.0, max(hidden_lags([frame(100, 1), frame(102, 21)], 10)))

    def test_a_burst_at_the_start_is_not_taken_for_the_rate(self):
        burst = [frame(100, n) for n in range(21)]  # what the camera had kept, at once
        self.assertAlmostEqual(2.0, max(hidden_lags([*burst, frame(104, 40)], 10)))

    def test_a_gap_and_another_clock_begin_again(self):
        for between in (gap(105), frame(105, 2, "rtcp-sr")):
            self.assertEqual([0.0, 0.0], hidden_lags([frame(100, 1), between, frame(110, 3)], 10))


if __name__ == "__main__":
    unittest.main()
