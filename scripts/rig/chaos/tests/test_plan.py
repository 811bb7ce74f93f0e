"""A seed is a plan: always the same, and each fault has its turn."""
import plan


def test_a_seed_is_always_the_same_plan():
    assert plan.plan(7) == plan.plan(7)
    assert plan.plan(7) != plan.plan(8)


def test_each_fault_has_its_turn_and_its_time():
    plans = [plan.plan(seed) for seed in range(200)]
    assert {fault.kind for each in plans for fault in each.faults} == set(plan.KINDS)
    for each in plans:
        for fault in each.faults:
            assert 0 < fault.begin < fault.end <= plan.SECONDS
        assert len({source["id"] for source in each.sources}) == len(each.sources)


def test_no_plan_damages_the_spools_files_and_what_vouches_for_them():
    for seed in range(200):
        targets = {fault.detail.split(" ")[0] for fault in plan.plan(seed).faults if fault.kind.startswith("damage")}
        assert len(targets) <= 1
