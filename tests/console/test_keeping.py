from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from console import keeping
from console.keeping import (
    NobodyKeeps,
    UnknownNumber,
    ask,
    could_not,
    deed,
    hidden,
    id_of,
    ids_of,
    is_different,
    is_kept,
    last_look,
    later,
    line,
    pin,
    record,
    records,
    summary,
    to_do,
    unpin,
)
from store.client import Store
from store.numbers import Asked

NOWHERE = Path("/nowhere")
ID = "desk/+31850000001"
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

    await store.numbers.keep_file(b"{}")
    wanted = ask(store, "apply", "anna", NOWHERE, ["desk/+31850000001"], progress)
    answered, _ = await asyncio.gather(wanted, keeper())
    assert (answered["rows"], seen) == ([row()], [(1, 2)])


async def test_nobody_answers(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "BEGUN_WITHIN", 0.05)
    (tmp_path / "numbers.yaml").write_text("numbers: {}")
    with pytest.raises(NobodyKeeps, match="no worker is running"):
        await ask(store, "look", "anna", tmp_path)
    assert await store.numbers.asked() == []
    with pytest.raises(NobodyKeeps, match="no worker has looked"):
        await last_look(store, tmp_path)
    await store.redis.zadd("hs:workers", {"w": (await store.schedules.now_ms()) + 1000})
    with pytest.raises(NobodyKeeps, match=r"numbers\.yaml is beside the rules"):
        await ask(store, "look", "anna", tmp_path)


async def test_without_a_file_nobody_is_waited_for(store: Store) -> None:
    with pytest.raises(NobodyKeeps, match=r"there is no numbers\.yaml in /nowhere.*docs/numbers\.md"):
        await ask(store, "look", "anna", NOWHERE)
    assert not await is_kept(store, NOWHERE)
    await store.numbers.tend("w1", 60)
    assert await is_kept(store, NOWHERE)


async def test_a_pin_is_put_and_taken_and_looked_at(store: Store) -> None:
    made = await pin(store, ID, "anna", "being moved", "7d")
    assert (await store.numbers.pins(), made.until_ms - made.since_ms) == ({ID: made}, 7 * 86_400_000)
    assert (await pin(store, ID, "anna", "")).until_ms == 0
    assert await unpin(store, ID, "anna")
    assert not await unpin(store, ID, "anna")
    assert {(asked.wish, asked.numbers) for asked in await store.numbers.asked()} == {("look", (ID,))}
    with pytest.raises(ValueError, match="neither a duration"):
        await pin(store, ID, "anna", "", "soon")


def test_the_end_of_a_pin() -> None:
    now_ms = 1_772_355_600_000
    assert later("90m", now_ms) == later("2026-03-01T10:30", now_ms) == later("2026-03-01T11:30+01:00", now_ms)
    with pytest.raises(ValueError, match="lies in the past"):
        later("2026-03-01T08:00", now_ms)


def test_what_applying_would_touch() -> None:
    states = ("same", "change", "mend", "drift", "adopted", "pinned", "missing", "unknown")
    look = {"rows": [row(state=state) for state in states]}
    assert [each["state"] for each in to_do(look)] == ["change", "mend", "drift", "adopted"]


def test_the_audit_trail_names_no_number_in_full() -> None:
    assert id_of(row()) == ID
    assert deed("apply", [ID, ID]) == f"numbers apply {hidden(ID)} {hidden(ID)}"
    assert (deed("apply", []), "0000" in hidden(ID)) == ("numbers apply", False)
