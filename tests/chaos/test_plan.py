from __future__ import annotations

from itertools import pairwise

import pytest

from tests.chaos.plan import KINDS, Fault, fault_plan, parts_of

HOUR = 3600.0


def test_the_same_seed_plans_the_same_day() -> None:
    assert fault_plan(7, HOUR) == fault_plan(7, HOUR)
    assert fault_plan(7, HOUR) != fault_plan(8, HOUR)


@pytest.mark.parametrize("seconds", [16.0, 300.0, HOUR])
def test_everything_is_mended_by_the_end(seconds: float) -> None:
    plan = fault_plan(3, seconds)
    assert plan
    assert all(1.0 <= fault.at < seconds for fault in plan)
    assert max(fault.until for fault in plan) <= seconds + 0.001
    assert [fault.at for fault in plan] == sorted(fault.at for fault in plan)


def test_an_hour_sees_every_kind_at_every_target() -> None:
    seen = {(fault.kind, fault.target) for fault in fault_plan(5, HOUR)}
    assert seen == {(name, target) for name, kind in KINDS.items() for target in kind.targets}


@pytest.mark.parametrize("seed", range(20))
def test_two_faults_never_fight_over_one_target(seed: int) -> None:
    by_target: dict[str, list[Fault]] = {}
    for fault in fault_plan(seed, 600.0):
        for part in parts_of(fault.target):
            by_target.setdefault(part, []).append(fault)
    for faults in by_target.values():
        for first, then in pairwise(faults):
            assert then.at >= first.until + KINDS[first.kind].settles - 0.01


def test_some_are_frozen_for_longer_than_any_lease() -> None:
    assert any(fault.kind == "freeze past leases" and fault.seconds > 12 for fault in fault_plan(1, HOUR))


def test_a_fault_tells_what_it_is() -> None:
    assert str(Fault(3, 1.5, "kill", "worker1", 2.0)) == "#3 at 1.50 s: kill, worker1 for 2.00 s"
    assert str(Fault(4, 1.5, "reset way out", "far side", 0.0)) == "#4 at 1.50 s: reset way out, far side"
