from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ConnectionError, ResponseError

from store.client import Store
from store.together import GROUP, Together, together


async def round_trips(store: Store) -> int:
    """How many reads the server's clients needed so far."""
    return int((await store.redis.info("stats"))["total_reads_processed"])


async def test_commands_of_one_moment_share_a_round_trip(store: Store) -> None:
    company = Together(store.redis)
    await company.ask("SET", "warm", "1")
    before = await round_trips(store)
    replies = await asyncio.gather(*(company.ask("INCR", "count") for _ in range(50)))
    assert sorted(replies) == list(range(1, 51))
    assert await round_trips(store) - before <= 3


async def test_a_group_has_a_largest_size_and_nobody_is_left_behind(store: Store) -> None:
    company = Together(store.redis, in_flight=1)
    replies = await asyncio.gather(*(company.ask("INCR", "count") for _ in range(GROUP * 2 + 1)))
    assert sorted(replies) == list(range(1, GROUP * 2 + 2))


async def test_each_gets_its_own_error(store: Store) -> None:
    company = Together(store.redis)
    await company.ask("SET", "text", "x")
    asked = [company.ask("GET", "text"), company.ask("INCR", "text")]
    replies: list[object] = list(await asyncio.gather(*asked, return_exceptions=True))
    assert replies[0] == b"x"
    assert isinstance(replies[1], ResponseError)


async def test_replies_have_the_form_a_single_command_gives(store: Store) -> None:
    company = Together(store.redis)
    await company.ask("HSET", "hash", "a", "1")
    asked = [company.ask("HGETALL", "hash"), company.ask("HGETALL", "none")]
    both: list[object] = list(await asyncio.gather(*asked))
    assert both == [{b"a": b"1"}, {}]
    assert await company.ask("HGETALL", "hash") == {b"a": b"1"}


async def test_what_nobody_waits_for_any_more_is_not_sent(store: Store) -> None:
    company = Together(store.redis)
    given_up = asyncio.create_task(company.ask("SET", "given-up", "1"))
    kept = asyncio.create_task(company.ask("SET", "kept", "1"))
    await asyncio.sleep(0)
    given_up.cancel()
    await kept
    assert await company.ask("GET", "given-up") is None


async def test_a_store_that_is_away_is_told_to_everybody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise ConnectionError("away")

    company = Together(store.redis)
    monkeypatch.setattr(company, "_carry", away)
    replies = await asyncio.gather(company.ask("PING"), company.ask("PING"), return_exceptions=True)
    assert [type(reply) for reply in replies] == [ConnectionError, ConnectionError]
    monkeypatch.undo()
    assert await company.ask("PING")


async def test_a_client_has_one_company(store: Store) -> None:
    assert together(store.redis) is together(store.redis)
