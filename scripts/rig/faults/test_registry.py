"""What a run of rows is worth. python3 -m unittest discover scripts/rig/faults"""
import unittest

from registry import exit_status


class ExitStatusTest(unittest.TestCase):
    def test_rows_that_pass_are_well_and_a_skipped_one_beside_them_is(self):
        self.assertEqual(exit_status(["PASS", "PASS"]), 0)
        self.assertEqual(exit_status(["PASS", "SKIP"]), 0)

    def test_a_row_that_fails_is_not(self):
        self.assertEqual(exit_status(["PASS", "FAIL", "SKIP"]), 1)

    def test_rows_that_were_all_skipped_show_nothing(self):
        self.assertEqual(exit_status(["SKIP", "SKIP"]), 1)
        self.assertEqual(exit_status([]), 1)

    def test_strictly_none_may_be_skipped(self):
        self.assertEqual(exit_status(["PASS", "SKIP"], strict=True), 1)
        self.assertEqual(exit_status(["PASS", "PASS"], strict=True), 0)


if __name__ == "__main__":
    unittest.main()
