from __future__ import annotations

from dataclasses import asdict
from typing import Any

import httpx
import pytest

from console.sandbox import seed
from rules.engine.numbers.verdict import Known
from tests.workers.numbers.support import MAIN, Office
from workers.numbers.accounts import Accounts
from workers.numbers.rounds import Round, Row, known_of
from workers.numbers.watched import Watched

FREE = "+31850000002"
TWO = """\
numbers:
  desk:
    "+31850000001": {{ agent: vars.night }}
    "+31850000002": {{ agent: vars.night }}
    "+31859999999": {{ agent: vars.night }}
  other:
    "+31850000001": {{ agent: vars.night }}
"""


async def a_round(office: Office, **more: Any) -> Round:
    watched = Watched(office.folder, office.words, {}, office.store.numbers)
    watched.vocabulary = type(office.words)(office.words.kinds, office.words.actions)
    await watched.look()
    assert watched.file
    term = await office.store.numbers.tend("w", 60)
    return Round(office.desk, watched.file, Accounts(office.desk, lambda: None), term.token, term.now_ms, **more)


def states(rows: list[Row]) -> list[str]:
    return [row.state for row in rows]


async def test_one_connection_that_fails_harms_no_other(office: Office) -> None:
    office.file(TWO)
    rows = await (await a_round(office)).run()
    assert states(rows) == ["same", "same", "missing", "unknown"]
    assert [row.done for row in rows] == [True, True, False, False]
    assert (rows[3].why, office.answers(FREE)) == ("there is no connection other", office.night)


async def test_only_what_was_named(office: Office) -> None:
    office.file(TWO)
    seen: list[tuple[int, int]] = []

    async def progress(done: int, total: int) -> None:
        seen.append((done, total))

    rows = await (await a_round(office, aim="apply", by="anna", only=frozenset({f"desk/{FREE}"}))).run(progress)
    assert (states(rows), office.answers(MAIN), seen) == (["same"], office.day, [(1, 1)])
    (entry,) = await office.store.numbers.past(5)
    assert (entry["by"], entry["from"], entry["to"], entry["what"]) == ("anna", "", office.night, "linked")


async def test_numbers_that_are_not_kept_any_more_are_forgotten(office: Office) -> None:
    office.file(TWO)
    await (await a_round(office)).run()
    assert len(await office.store.numbers.known()) == 2
    office.file()
    await (await a_round(office)).run()
    assert list(await office.store.numbers.known()) == [f"desk/{MAIN}"]


async def test_drift_is_remembered_from_when_it_was_first_seen(office: Office) -> None:
    await (await a_round(office)).run()
    office.by_hand(seed.OVERFLOW)
    (first,) = await (await a_round(office)).run()
    office.ahead = 100.0
    (later,) = await (await a_round(office)).run()
    assert first.since_ms == later.since_ms > 0
    office.by_hand(office.day)
    await (await a_round(office)).run()
    assert [each["what"] for each in await office.store.numbers.past(5)] == ["drift over", "drift"]


async def test_an_answer_that_was_lost_is_looked_up_and_not_repeated(office: Office) -> None:
    """The platform has linked the number, and the connection broke."""
    office.open("closed")
    send = office.http.send
    cut = True

    async def broken(request: httpx.Request, **more: Any) -> httpx.Response:
        nonlocal cut
        response = await send(request, **more)
        if request.method == "PATCH" and cut:
            cut = False
            raise httpx.ReadError("cut", request=request)
        return response

    office.http.send = broken  # type: ignore[method-assign]
    (row,) = await (await a_round(office)).run()
    assert (row.state, row.done, row.again) == ("change", False, True)
    (again,) = await (await a_round(office)).run()
    assert (again.state, len(office.changes())) == ("same", 1)


async def test_what_is_known_comes_back_as_it_was() -> None:
    known = Known("day", "day", "night", True, 5, "x", (1, 2), "no")
    assert known_of(asdict(known) | {"mends": [1, 2]}) == known


@pytest.mark.parametrize("aim", ["look", "due", "apply"])
async def test_shadow_changes_nothing_whatever_the_aim(office: Office, aim: Any) -> None:
    office.open("closed")
    office.file(mode="shadow")
    (row,) = await (await a_round(office, aim=aim)).run()
    assert (row.state, row.held, office.changes()) == ("change", "numbers.yaml says mode: shadow", [])
