from __future__ import annotations

import asyncio
from typing import Any

import pytest

from console import keeping
from console.keeping import (
    NobodyKeeps,
    UnknownNumber,
    ask,
    could_not,
    ids_of,
    is_different,
    last_look,
    line,
    look_soon,
    record,
    records,
    summary,
)
from store.client import Store
from store.numbers import Asked

LOOK: dict[str, Any] = {"at_ms": 0, "file": "numbers.yaml", "mode": "live", "timezone": "Europe/Amsterdam"}


def row(**more: Any) -> dict[str, Any]:
    return {
        "connection": "desk", "number": "+31850000001", "wanted": "night", "until_ms": 1_772_442_000_000,
        "state": "same", "present": "night", "present_name": "Night desk", "why": "", "since_ms": 0, "held": "",
        "done": False, "again": False,
    } | more  # fmt: skip


DRIFTED = row(state="drift", present="other", present_name="", since_ms=1_772_400_000_000, held="paused: all")


def test_a_number_for_a_program() -> None:
    told = record(DRIFTED, LOOK, whole=False)
    assert (told["number"], told["agent"], told["wanted"]) == ("+318•••••01", "other", "night")
    assert told["until"] == "2026-03-02T10:00+01:00"
    assert told["since"].startswith("2026-03-01T21:20:00")
    assert records(LOOK | {"rows": [row()]}, whole=True)[0]["number"] == "+31850000001"
    assert record(row(until_ms=0), LOOK, whole=True)["until"] is None


def test_a_number_for_a_person() -> None:
    told = line(record(DRIFTED, LOOK, whole=True))
    assert list(told.values()) == [
        "!", "desk", "+31850000001", "other → night", "drift", "2026-03-02 10:00", "paused: all",
    ]  # fmt: skip
    assert line(record(row(done=True), LOOK, whole=True))["state"] == "changed"
    assert line(record(row(state="missing", present=""), LOOK, whole=True))["agent"] == "Night desk"


def test_what_differs() -> None:
    for state, different in (("same", False), ("adopted", False), ("pinned", False), ("drift", True), ("change", True)):
        assert is_different({"rows": [row(), row(state=state)]}) is different
    assert could_not({"rows": [row(state="unknown")]})
    assert summary({"rows": [row(), DRIFTED, DRIFTED]}) == "3 numbers: 1 same, 2 drift"


def test_what_is_typed_is_found() -> None:
    rows = [row(), row(connection="other"), row(number="+31850000002")]
    assert ids_of(rows, ["+31 85 000 0002", "other/+31850000001"]) == ["desk/+31850000002", "other/+31850000001"]
    with pytest.raises(UnknownNumber, match=r"several connections keep .*; write desk/\+31850000001 or other"):
        ids_of(rows, ["+31850000001"])
    with pytest.raises(UnknownNumber, match=r"keeps no number \+31850000003"):
        ids_of(rows, ["+31850000003"])


async def test_a_wish_is_answered_with_progress(store: Store) -> None:
    seen: list[tuple[int, int]] = []
    asked, told = asyncio.Event(), asyncio.Event()

    async def keeper() -> None:
        await asked.wait()
        (wish,) = await store.numbers.asked()
        await store.numbers.tell(wish, {"state": "working", "done": 1, "total": 2}, over=False)
        await told.wait()
        await store.numbers.tell(wish, {"state": "done", "rows": [row()]}, over=True)

    write = store.numbers.ask

    async def asking(wish: Asked) -> None:
        await write(wish)
        asked.set()

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        told.set()

    store.numbers.ask = asking  # type: ignore[method-assign,assignment]

    answered, _ = await asyncio.gather(ask(store, "apply", "anna", ["desk/+31850000001"], progress), keeper())
    assert (answered["rows"], seen) == ([row()], [(1, 2)])


async def test_nobody_answers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "BEGUN_WITHIN", 0.05)
    with pytest.raises(NobodyKeeps, match="no worker is running"):
        await ask(store, "look", "anna")
    assert await store.numbers.asked() == []
    with pytest.raises(NobodyKeeps, match="no worker has looked"):
        await last_look(store)
    await store.redis.zadd("hs:workers", {"w": (await store.schedules.now_ms()) + 1000})
    with pytest.raises(NobodyKeeps, match=r"is numbers\.yaml beside the rules"):
        await ask(store, "look", "anna")


async def test_a_look_that_nobody_waits_for(store: Store) -> None:
    await look_soon(store, "anna", "desk/+31850000001")
    (asked,) = await store.numbers.asked()
    assert (asked.wish, asked.numbers) == ("look", ("desk/+31850000001",))
