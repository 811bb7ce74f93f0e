"""The judge, judged: topics written by hand. python3 -m unittest discover scripts/rig/faults"""
import json
import unittest

from account import Account, Terms

ALLOWED = Terms(least_frames=1, may_be_open=True)


def frame(number, before=None, source="cam", epoch="e1", **gaps):
    return told("frame", str(number), number, number - 1 if before is None else before, source, epoch, gaps)


def gap(name, number, before, reason, source="cam", epoch="e1", **gaps):
    return dict(told("gap", name, number, before, source, epoch, gaps), reason=reason)


def told(kind, name, number, before, source, epoch, gaps):
    return {"type": kind, "messageId": "%s/%s/%s" % (source, epoch, name), "sourceId": source, "streamEpoch": epoch,
            "frameSeq": number, "prevFrameSeq": before,
            "gaps": [{"reason": reason.replace("_", "-"), "frames": count} for reason, count in gaps.items()]}


def account(*messages):
    records = [m if isinstance(m, tuple) else (0, m) for m in messages]
    return Account([(partition, m if isinstance(m, str) else json.dumps(m)) for partition, m in records])


class AccountTest(unittest.TestCase):
    def finds(self, expected, *messages, **terms):
        problems = account(*messages).problems(Terms(**{"least_frames": 1, "may_be_open": True, **terms}))
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(expected, problems[0])

    def fine(self, *messages, **terms):
        made = account(*messages)
        self.assertEqual(made.problems(Terms(**{"least_frames": 1, "may_be_open": True, **terms})), [])
        return made

    def test_frames_in_a_row_are_fine(self):
        made = self.fine(frame(1), frame(2), frame(3))
        self.assertEqual((made.frames, made.unaccounted, made.epochs), (3, 0, 1))

    def test_a_hole_is_unaccounted(self):
        self.finds("1 frames unaccounted: cam [2]", frame(1), frame(3))

    def test_a_first_frame_that_never_came_is_unaccounted(self):
        self.finds("2 frames unaccounted", frame(3))

    def test_a_span_that_explains_too_little_is_unaccounted(self):
        self.finds("2 frames unaccounted", frame(1), frame(5, 1, corrupt=1), losses={"corrupt": 1})

    def test_too_much_in_one_place_does_not_hide_too_little_in_another(self):
        problems = account(frame(1), frame(3, 1, corrupt=4), frame(7, 3)).problems(
            Terms(least_frames=1, may_be_open=True, losses={"corrupt": 1}))
        self.assertEqual([p.split(":")[0] for p in problems], ["3 frames unaccounted", "3 frames counted that lie in no span"])

    def test_a_frame_delivered_and_counted_as_lost_is_told_of_twice(self):
        self.finds("1 frames told of twice", frame(1), frame(2), gap("n1", 2, 1, "not-published", not_published=1),
                   losses={"not-published": 1})

    def test_sixty_frames_delivered_and_counted_as_spool_full(self):
        frames = [frame(n) for n in range(1, 61)]
        self.finds("60 frames told of twice", *frames, gap("s1", 60, 0, "spool-full", spool_full=60),
                   losses={"spool-full": 1})

    def test_the_same_loss_counted_by_two_gaps(self):
        self.finds("2 frames told of twice", frame(1), gap("n1", 3, 1, "not-published", not_published=2),
                   gap("n2", 3, 1, "not-published", not_published=2), losses={"not-published": 1})

    def test_the_same_frame_under_two_names(self):
        second = dict(frame(2), messageId="cam/e1/other")
        problems = account(frame(1), frame(2), second).problems(ALLOWED)
        self.assertEqual(problems, ["1 frames told of twice", "1 messages out of order"])

    def test_a_message_twice_counts_once_and_is_allowed_by_number(self):
        self.finds("1 messages twice", frame(1), frame(2), frame(2))
        self.assertEqual(self.fine(frame(1), frame(2), frame(1), frame(2), frame(3), duplicates=2).frames, 3)

    def test_a_message_that_comes_again_with_other_contents(self):
        self.finds("1 messages came again with other contents", frame(1), frame(2), dict(frame(2), frameSeq=3), duplicates=1)

    def test_a_gap_of_reason_unknown_may_be_made_again_later_but_says_the_same(self):
        told = gap("d2", 3, 3, "unknown")
        self.fine(frame(1), told, dict(told, publishedAt="later", since="later"), frame(4),
                  reasons=("unknown",), unknown=2, duplicates=1)
        self.finds("1 messages came again with other contents", frame(1), told, dict(told, frameSeq=2), frame(4),
                   reasons=("unknown",), unknown=2, duplicates=1)

    def test_a_frame_that_comes_again_later_is_another(self):
        self.finds("1 messages came again with other contents", frame(1), dict(frame(1), publishedAt="later"), duplicates=1)

    def test_frames_out_of_order(self):
        self.finds("1 messages out of order", frame(1), frame(3, 2), frame(2), frame(4, 3))

    def test_order_holds_within_a_partition_only(self):
        self.fine((0, frame(1)), (1, frame(3)), (0, frame(2)))

    def test_a_late_gap_of_a_sink_is_no_disorder_but_is_told(self):
        late = frame(1), frame(3, 2), gap("n1", 2, 1, "not-published", not_published=1)
        self.finds("1 gap messages behind their place", *late, losses={"not-published": 1})
        self.fine(*late, losses={"not-published": 1}, late=1)

    def test_a_late_gap_of_the_pipeline_is_disorder(self):
        self.finds("1 messages out of order", frame(1), frame(3, 2), gap("g1", 2, 1, "stalled", corrupt=1),
                   losses={"corrupt": 1}, reasons=("stalled",))

    def test_damaged_records_name_what_is_unknown(self):
        damaged = frame(1), gap("d1", 4, 4, "unknown"), frame(5)
        self.finds("frames unknown", *damaged, reasons=("unknown",))
        self.assertEqual(self.fine(*damaged, unknown=3).unknown, 3)

    def test_a_spool_that_knows_less_than_was_sent_from_it_is_no_disorder(self):
        self.fine(frame(1), frame(2), frame(3), gap("d1", 2, 2, "unknown"), gap("u1", 1, 1, "unknown"), reasons=("unknown",))

    def test_unknown_does_not_excuse_what_lies_behind_it(self):
        self.finds("1 frames unaccounted: cam [6]", frame(1), gap("d1", 4, 4, "unknown"), frame(5), frame(7), unknown=3)

    def test_unknown_numbers_that_come_after_all_are_delivered(self):
        self.assertEqual(self.fine((0, frame(1)), (0, gap("d1", 3, 3, "unknown")), (1, frame(2)), (1, frame(3)),
                                   unknown=1).unknown, 0)

    def test_an_unknown_gap_with_a_span_counts_what_it_counts(self):
        made = self.fine(frame(1), gap("n1", 5, 1, "unknown", corrupt=1), frame(6), unknown=3, losses={"corrupt": 1})
        self.assertEqual((made.unknown, made.lost["corrupt"]), (3, 1))

    def test_a_run_that_was_killed_has_an_end_without_frames(self):
        self.fine(frame(1), gap("u1", 1, 1, "unknown"), frame(1, epoch="e2"), gap("g1", 1, 1, "stopped", epoch="e2"),
                  may_be_open=False, reasons=("unknown",))

    def test_a_missing_tail_shows_in_a_run_without_an_end(self):
        self.finds("nothing tells how cam of run e1 ended", frame(1), frame(2), may_be_open=False)

    def test_a_source_that_was_given_up_has_an_end_where_the_row_says_so(self):
        given_up = frame(1), gap("g1", 1, 1, "unsupported")
        self.finds("nothing tells how cam of run e1 ended", *given_up, may_be_open=False, reasons=("unsupported",))
        self.fine(*given_up, may_be_open=False, reasons=("unsupported",), ends=("unsupported",))

    def test_an_end_in_the_middle_is_none(self):
        self.finds("nothing tells how cam of run e1 ended", frame(1), gap("g1", 1, 1, "stopped"), frame(2), may_be_open=False)

    def test_a_reason_the_row_does_not_name(self):
        self.finds("1 gap messages of reason stalled", frame(1), gap("g1", 1, 1, "stalled"), reasons=("disconnected",))

    def test_a_product_that_gives_everything_up(self):
        given_up = frame(1), gap("n1", 100, 1, "not-published", not_published=99), frame(101)
        self.assertEqual(account(*given_up).problems(ALLOWED),
                         ["99 of 101 frames lost as not-published", "1 gap messages of reason not-published"])
        self.finds("99 of 101 frames lost as not-published", *given_up, losses={"not-published": 0.5})

    def test_overload_is_for_busy_machines_and_bounded(self):
        self.fine(*[frame(n) for n in range(1, 20)], frame(21, 19, overload=1))
        self.finds("40 of 42 frames lost as overload", frame(1), frame(42, 1, overload=40))

    def test_few_frames_are_not_enough(self):
        self.finds("only 1 frames were delivered", frame(1), least_frames=2)
        self.assertEqual(Account([]).problems(Terms()), ["only 0 frames were delivered, expected 30 at least"])

    def test_runs_and_sources_are_accounts_of_their_own(self):
        made = self.fine(frame(1), frame(1, source="other"), frame(2), frame(1, epoch="e2"))
        self.assertEqual((made.frames, made.epochs), (4, 2))
        self.assertEqual(made.delivered("cam"), {("e1", 1), ("e1", 2), ("e2", 1)})

    def test_two_topics_add_up(self):
        both = account(frame(1), frame(3, 1, corrupt=1))
        both.absorb(account(frame(1, epoch="e2"), frame(1, epoch="e2"), "{}"))
        self.assertEqual((both.frames, both.distinct, both.duplicates, both.foreign, both.lost["corrupt"]), (3, 3, 1, 1, 1))

    def test_what_is_no_message_is_foreign(self):
        for foreign in ("", "{}", "[]", "7", json.dumps(dict(frame(2), frameSeq=-1)), json.dumps(dict(frame(2), frameSeq="2")),
                        json.dumps(dict(frame(2), type="gap")), json.dumps(dict(frame(2), gaps=[{"reason": "x", "frames": -3}]))):
            self.finds("1 records that are no messages", frame(1), foreign)
        self.fine(frame(1), "{}", foreign=1)


if __name__ == "__main__":
    unittest.main()
