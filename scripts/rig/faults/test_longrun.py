"""What makes a soak fail. python3 -m unittest discover scripts/rig/faults"""
import unittest

from longrun import least_frames, problems


def readings(seconds=100, memory=lambda t: 200.0, threads=lambda t: 40, descriptors=lambda t: 90):
    return [(t, memory(t), memory(t) - 50, threads(t), descriptors(t)) for t in range(seconds)]


class LongRunTest(unittest.TestCase):
    def finds(self, expected, figures, faults=("kill camera",), reloads=3, reloaded=3):
        found = problems(figures, faults, reloads, reloaded)
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def test_flat_figures_are_well_however_it_began(self):
        self.assertEqual(problems(readings(memory=lambda t: 300.0 - t if t < 20 else 200.0), ["kill broker"], 2, 2), [])
        self.assertEqual(problems(readings(memory=lambda t: 200.0 + 0.07 * t, threads=lambda t: 40 + (t > 50)), ["reload"], 1, 1), [])

    def test_memory_that_grows_by_more_than_three_percent_is_found(self):
        self.finds("memory grew by 4.7 %", readings(memory=lambda t: 200.0 + 0.16 * t))

    def test_threads_and_descriptors_that_stay_are_found(self):
        self.finds("threads: 40, then 43", readings(threads=lambda t: 40 + 3 * (t > 50)))
        self.finds("descriptors: 90, then 93", readings(descriptors=lambda t: 90 + 3 * (t > 50)))

    def test_a_configuration_that_was_not_taken_is_found(self):
        self.finds("of 3 new configurations 2 were taken", readings(), reloaded=2)

    def test_a_run_without_a_fault_or_without_readings_shows_nothing(self):
        self.finds("no fault was made", readings(), faults=())
        self.finds("only 24 readings", readings(24))
        self.finds("only 0 readings", [])

    def test_most_of_the_frames_are_expected(self):
        self.assertEqual(least_frames(4, 5, 600), 4800)


if __name__ == "__main__":
    unittest.main()
