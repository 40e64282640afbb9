from __future__ import annotations

import httpx
import pytest
from pydantic import ValidationError

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


def test_levels_are_a_closed_list() -> None:
    with pytest.raises(ValidationError):
        LogParams.model_validate({"message": "x", "level": "loud"})
