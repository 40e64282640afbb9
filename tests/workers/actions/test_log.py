from __future__ import annotations

import httpx
import pytest
from pydantic import ValidationError

from store.event import Call
from tests.workers.clients.support import context
from workers.actions import ACTIONS
from workers.actions.log import LogParams


async def test_a_line_is_written_at_its_level() -> None:
    lines: list[tuple[str, str]] = []
    own = context(httpx.AsyncClient())
    own.log = lambda level, message: lines.append((level, message))
    await ACTIONS["log"].perform(own, LogParams(message="hello"))
    await ACTIONS["log"].perform(own, LogParams(message="look out", level="warning"))
    assert lines == [("info", "hello"), ("warning", "look out")]


@pytest.mark.parametrize("written", ["+31612340001", "0612340001", "31612340001", "+31 20 123 4567", "hush-hush"])
async def test_numbers_and_secrets_never_reach_the_log(written: str) -> None:
    lines: list[str] = []
    own = context(httpx.AsyncClient(), secrets=frozenset({"hush-hush"}))
    own.event.call = Call(id="c", **{"from": "+31612340001"}, to="+31850000001")
    own.log = lambda _level, message: lines.append(message)
    await ACTIONS["log"].perform(own, LogParams(message=f"{written} has called"))
    assert written not in lines[0]
    assert lines[0].endswith("has called")


def test_levels_are_a_closed_list() -> None:
    with pytest.raises(ValidationError):
        LogParams.model_validate({"message": "x", "level": "loud"})
