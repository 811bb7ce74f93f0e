"""The checker is checked: a sound topic passes, and each planted violation is found."""
import json

import pytest


from ledger import Ledger, Record, spans


def frame(seq, before=None, epoch="E1", source="cam", **gaps):
    return message("frame", str(seq), seq, seq - 1 if before is None else before, epoch, source, gaps)


def gap(name, reason, seq, before=None, epoch="E1", source="cam", **gaps):
    return message("gap", name, seq, seq if before is None else before, epoch, source, gaps, reason=reason)


def message(kind, name, seq, before, epoch, source, gaps, **more):
    return dict(type=kind, messageId="%s/%s/%s" % (source, epoch, name), sourceId=source, streamEpoch=epoch, frameSeq=seq,
                prevFrameSeq=before, gaps=[{"reason": k.replace("_", "-"), "frames": n} for k, n in gaps.items()], **more)


def ledger(*messages, partition=0):
    return Ledger([Record(partition, m["sourceId"], json.dumps(m)) for m in messages])


SOUND = [frame(1), frame(4, 1, overload=2), gap("n1", "not-published", 6, 4, not_published=2), frame(7),
         gap("g1", "stopped", 8, 7, late=1)]


def test_a_sound_topic_has_no_violation_and_its_sums():
    found = ledger(*SOUND)
    found.judge_runs([("E1", False, {"cam": 8})], may_damage=False, clock_stepped=False)
    assert found.violations == []
    assert (found.frames, found.delivered, found.lost, found.unknown) == (8, 3, 5, 0)


def test_an_unknown_gap_that_is_made_again_says_the_same_later():
    first = dict(gap("u1", "unknown", 1), until="2026-11-28T12:00:01Z")
    assert ledger(frame(1), first, dict(first, until="2026-11-28T12:00:09Z")).violations == []
    assert ledger(frame(1), first, dict(first, frameSeq=2)).violations


def test_a_message_that_comes_twice_is_counted_once():
    found = ledger(*SOUND[:2], *SOUND)
    assert found.violations == []
    assert found.duplicates == 2


def test_late_gaps_of_refused_messages_are_no_disorder():
    assert ledger(frame(1), frame(3, 2), gap("n1", "not-published", 2, 1, not_published=1)).violations == []


def test_a_spool_may_know_less_of_a_crash_than_the_topic():
    assert ledger(frame(1), frame(2), gap("d1", "unknown", 1), gap("u1", "unknown", 1)).violations == []


def test_an_end_whose_record_was_damaged_is_told_by_the_last_message():
    told = ledger(frame(1), frame(2), gap("d1", "unknown", 1))
    told.judge_runs([("E1", True, {"cam": 2})], may_damage=True, clock_stepped=False)
    assert told.violations == []
    before = ledger(frame(1), gap("d1", "unknown", 1), frame(2))
    before.judge_runs([("E1", True, {"cam": 2})], may_damage=True, clock_stepped=False)
    assert any("nobody tells of its end" in text for text in before.violations)


def test_a_source_may_move_to_another_partition():
    found = Ledger([Record(p, "cam", json.dumps(m)) for p, m in ((0, frame(1)), (1, frame(3)), (0, frame(2)))])
    assert found.violations == []


def test_damage_names_all_since_the_message_before():
    found = ledger(frame(1), gap("d9", "unknown", 5), frame(6), gap("g1", "stopped", 6))
    found.judge_runs([("E1", False, {})], may_damage=True, clock_stepped=False)
    assert found.violations == []
    assert found.unknown == 4


def test_the_end_of_a_killed_run_is_told_by_the_next():
    found = ledger(frame(1), gap("u1", "unknown", 1), frame(1, epoch="E2"), gap("g1", "stopped", 1, epoch="E2"))
    found.judge_runs([("E1", True, {"cam": 9}), ("E2", False, {"cam": 1})], may_damage=False, clock_stepped=False)
    assert found.violations == []


def test_of_some_runs_nobody_may_know_how_they_ended():
    for untold in ({"E1"}, {"E2"}):
        found = ledger(frame(1))
        found.judge_runs([("E1", True, {})], may_damage=False, clock_stepped=False, untold=untold)
        assert (found.violations == []) == ("E1" in untold)


@pytest.mark.parametrize("planted, told", [
    ([frame(1), frame(3)], "in no message, no gap and no unknown span: 2"),
    ([frame(2)], "in no message, no gap and no unknown span: 1"),
    ([frame(1), frame(4, 1, overload=1)], "counts 1 lost frames of 2"),
    ([frame(1), gap("g1", "stalled", 3, 1)], "counts 0 lost frames of 2"),
    ([frame(1), frame(2, 0, late=1)], "tells again of frames 1"),
    ([frame(1), frame(2), gap("n1", "not-published", 2, 1, not_published=1)], "tells again of frames 2"),
    ([frame(2), frame(1)], "comes behind frame 2"),
    ([frame(2), gap("g1", "stopped", 1)], "comes behind frame 2"),
    ([frame(1), dict(frame(1), ptsNs=1)], "twice with different content"),
    ([dict(frame(1), messageId="cam/E1/2")], "called otherwise than its frame"),
    ([dict(frame(1), frameSeq="1")], "no message"),
    ([dict(frame(1), prevFrameSeq=2)], "no message"),
    ([{k: v for k, v in gap("g1", "stopped", 1).items() if k != "reason"}], "no message"),
])
def test_a_planted_violation_is_found(planted, told):
    assert [v for v in ledger(*planted).violations if told in v]


def test_a_wrong_key_is_found():
    assert "has the key" in Ledger([Record(0, "other", json.dumps(frame(1)))]).violations[0]


E1, E2 = ("E1", False, {}), ("E2", False, {})


@pytest.mark.parametrize("messages, runs, told", [
    ([frame(1)], [E1], "nobody tells of its end"),
    ([frame(1), gap("g1", "stopped", 1), frame(2)], [E1], "nobody tells of its end"),
    ([frame(1), gap("g1", "stopped", 1)], [("E1", False, {"cam": 2})], "ended in order with 2 frames or more, told of 1"),
    ([], [("E1", False, {"cam": 2})], "ended in order with 2 frames or more, told of 0"),
    ([frame(1), gap("u1", "unknown", 1)], [E1], "a crash is told of a run that ended in order"),
    ([frame(1), gap("d2", "unknown", 2)], [E1], "a spool that nobody damaged"),
    ([frame(1), frame(1, epoch="E2"), frame(2)], [E1, E2], "runs take turns"),
    ([frame(1, epoch="E2"), frame(1)], [E1, E2], "runs take turns"),
    ([frame(1, epoch="E3")], [E1], "runs take turns"),
    ([], [E2, E1], "streamEpoch does not increase"),
    ([], [E1, E1], "streamEpoch does not increase"),
])
def test_what_contradicts_the_runs_is_found(messages, runs, told):
    found = ledger(*messages)
    found.judge_runs(runs, may_damage=False, clock_stepped=False)
    assert [v for v in found.violations if told in v]


def test_spans_are_short():
    assert spans({1, 2, 3, 7}) == "1-3, 7"
    assert spans(range(0, 100, 2)).endswith("18 and more")
