from __future__ import annotations

import asyncio
import re

from redis.exceptions import ResponseError

from store.client import Store
from store.scripting import Argument, run, script


def test_scripts_know_the_keys() -> None:
    assert "local queue = 'hs:queue:' .. lane" in script("claim").text
    assert "K." not in script("accept").text


def test_scripts_hold_what_they_use_and_no_more() -> None:
    text = script("finish").text
    defined = re.findall(r"^local function (\w+)", text, re.MULTILINE)
    assert {"now_ms", "holds", "settle", "forget_job", "is_run", "close_work"} == set(defined)
    assert all(text.index(f"function {name}") < text.rindex(f"{name}(") for name in defined)


async def test_running_survives_a_forgetful_server(store: Store) -> None:
    assert await run(store.redis, "take", "k", 1, 60_000, "") == 0
    await store.redis.script_flush()
    assert await run(store.redis, "take", "k2", 1, 60_000, "") == 0


async def test_runs_of_one_moment_keep_their_order_and_their_errors(store: Store) -> None:
    calls: list[tuple[Argument, ...]] = [("a", 1, 60_000, ""), ("b", "x", 1, ""), ("a", 1, 60_000, "")]
    results = await asyncio.gather(*(run(store.redis, "take", *call) for call in calls), return_exceptions=True)
    assert results[0] == 0
    assert isinstance(results[1], ResponseError)
    assert results[2] > 0  # type: ignore[operator]
