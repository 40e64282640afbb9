"""One fault at a time for each target, whatever the plan thought of how long one takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.chaos import injector
from tests.chaos.hands import Hands
from tests.chaos.happenings import HAPPENINGS
from tests.chaos.injector import TOO_LATE, Injector
from tests.chaos.plan import CLIENTS, KINDS, Fault


class Nowhere:
    """An installation in which no time goes by."""

    def now(self) -> float:
        return 3.0


async def test_faults_of_one_target_wait_for_each_other_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: set[str] = set()
    both: list[set[str]] = []
    gate = asyncio.Event()

    @asynccontextmanager
    async def slow(_: Hands, fault: Fault) -> AsyncIterator[None]:
        assert fault.target not in at_work
        at_work.add(fault.target)
        both.append(set(at_work))
        await gate.wait()
        yield
        at_work.remove(fault.target)

    monkeypatch.setattr(injector, "HAPPENINGS", {"kill": slow})
    around: Any = Nowhere()
    troublemaker = Injector(around)
    faults = [Fault(number, 1.0, "kill", target, 0.0) for number, target in enumerate(("a", "a", "b", "a"))]
    playing = asyncio.create_task(troublemaker.play(faults))
    while len(both) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert both == [{"a"}, {"a", "b"}]
    gate.set()
    await playing
    begun = [line.split("begins ")[1][:2] for line in troublemaker.log if "begins" in line]
    assert sorted(begun) == ["#0", "#1", "#2", "#3"]
    assert [each for each in begun if each != "#2"] == ["#0", "#1", "#3"]


async def test_what_is_overdue_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def quick(_: Hands, __: Fault) -> AsyncIterator[None]:
        yield

    monkeypatch.setattr(injector, "HAPPENINGS", {"kill": quick})
    around: Any = Nowhere()
    troublemaker = Injector(around)
    await troublemaker.play([Fault(1, 3.0 - TOO_LATE - 0.1, "kill", "a", 0.0), Fault(2, 2.0, "kill", "a", 0.0)])
    assert [line.split()[1] for line in troublemaker.log] == ["left", "begins", "over"]


async def test_what_befalls_all_keeps_each_of_them_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = asyncio.Event()

    @asynccontextmanager
    async def slow(_: Hands, fault: Fault) -> AsyncIterator[None]:
        await gate.wait()
        yield

    monkeypatch.setattr(injector, "HAPPENINGS", {"kill": slow})
    around: Any = Nowhere()
    troublemaker = Injector(around)
    faults = [Fault(1, 3.0, "kill", "everything", 0.0), *(Fault(2, 3.0, "kill", part, 0.0) for part in CLIENTS)]
    playing = asyncio.create_task(troublemaker.play(faults))
    for _ in range(20):
        await asyncio.sleep(0)
    assert [line.split()[2] for line in troublemaker.log] == ["#1"]
    gate.set()
    await playing
    assert len(troublemaker.log) == 2 * len(faults)


def test_every_kind_of_the_plan_can_happen() -> None:
    assert set(HAPPENINGS) == set(KINDS)
