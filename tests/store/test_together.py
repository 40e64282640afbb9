from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError

from store.client import Store, open_store
from store.events import Acceptance
from store.link import connect
from store.scripting import script
from store.together import GROUP, Together, together
from tests.receiver.support import proxied
from tests.store.builders import an_event


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


def a_write(events: int) -> list[Acceptance]:
    return [Acceptance(an_event(dedup_key=str(n // 2)), b"{}") for n in range(events)]


async def test_each_write_gets_its_own_answer(store: Store) -> None:
    writes = a_write(600)
    accepted = await asyncio.gather(*(store.events.accept(write) for write in writes))
    assert await store.events.count() == 300
    for n in range(0, 600, 2):
        pair = accepted[n : n + 2]
        assert {one.event_id for one in pair} <= {writes[n].event.id, writes[n + 1].event.id}
        assert sorted(one.duplicate for one in pair) == [False, True]
    assert together(store.redis).waiting == 0


async def test_many_writes_share_few_round_trips(store: Store) -> None:
    before = await round_trips(store)
    await asyncio.gather(*(store.events.accept(write) for write in a_write(300)))
    assert await round_trips(store) - before < 100


async def test_a_server_that_forgot_the_scripts_is_taught_again_by_a_whole_company(store: Store) -> None:
    await store.events.accept(Acceptance(an_event(), b"{}"))
    await store.redis.script_flush()
    assert await store.redis.script_exists(script("accept").sha) == [False]
    await asyncio.gather(*(store.events.accept(Acceptance(an_event(), b"{}")) for _ in range(5)))
    assert await store.events.count() == 6


async def test_without_a_store_everyone_in_the_company_hears_of_it() -> None:
    nowhere = open_store("unix:///nonexistent/valkey.sock")
    results = await asyncio.gather(*(nowhere.events.accept(write) for write in a_write(3)), return_exceptions=True)
    assert all(isinstance(result, RedisError | OSError) for result in results)
    await nowhere.close()


async def test_a_store_that_falls_silent_is_given_up_once_for_a_whole_trip(store_url: str) -> None:
    async with proxied(store_url) as proxy:
        deaf = connect(proxy.url, timeout=0.1)
        company = Together(deaf)
        assert await company.ask("PING")
        proxy.freeze()
        with pytest.raises(TimeoutError, match="said nothing"):
            await company.ask("PING")
        proxy.thaw()
        assert await company.ask("PING")
        connection = await deaf.connection_pool.get_connection()
        assert connection.socket_timeout == 0.1
        await deaf.connection_pool.release(connection)
        await deaf.aclose(close_connection_pool=True)


async def until_waiting(company: Together, count: int) -> None:
    while company.waiting != count:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_what_was_given_up_before_it_left_is_not_done_behind_anyones_back(store: Store) -> None:
    company = Together(store.redis, in_flight=1)
    flying = asyncio.create_task(company.ask("INCR", "count"))
    await until_waiting(company, 1)
    await until_waiting(company, 0)
    quitter = asyncio.create_task(company.ask("SET", "given-up", "1"))
    await until_waiting(company, 1)
    quitter.cancel()
    await flying
    await company.ask("INCR", "count")
    assert await company.ask("GET", "given-up") is None


async def test_what_somebody_waits_for_leaves_before_a_flood(store: Store) -> None:
    company = Together(store.redis, in_flight=1)
    landed: list[bool] = []

    async def ask(*, patient: bool) -> None:
        await company.ask("INCR", "count", patient=patient)
        landed.append(patient)

    flood = [asyncio.create_task(ask(patient=True)) for _ in range(GROUP * 4)]
    await until_waiting(company, GROUP * 4)
    await asyncio.gather(ask(patient=False), *flood)
    assert landed.index(False) <= GROUP


async def test_a_reply_is_heard_before_the_rest_of_its_company(store: Store) -> None:
    company, heard = Together(store.redis), list[str]()

    async def ask(name: str, *command: object) -> None:
        await company.ask(*command)
        heard.append(name)

    slow = ask("slow", "BLPOP", "nothing", "0")
    quick, waiting = asyncio.create_task(ask("quick", "PING")), asyncio.create_task(slow)
    await quick
    assert heard == ["quick"]
    await store.redis.rpush("nothing", "x")  # type: ignore[misc]
    await waiting


async def test_a_connection_that_was_cut_while_nobody_used_it_is_not_used_again(store_url: str) -> None:
    async with proxied(store_url) as proxy:
        redis = connect(proxy.url)
        company = Together(redis)
        assert await company.ask("PING")
        await proxy.drop()
        (connection,) = redis.connection_pool._available_connections
        reader = connection._reader
        assert reader
        while not reader.at_eof():  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert await company.ask("PING")
        await redis.aclose(close_connection_pool=True)


def unread(response: Any, **kwargs: Any) -> Any:
    raise ZeroDivisionError


async def test_replies_that_nobody_read_are_nobodys(store: Store) -> None:
    company = Together(store.redis, in_flight=1)
    store.redis.set_response_callback("PING", unread)
    asked = [company.ask("PING"), company.ask("SET", "a", "1"), company.ask("GET", "a")]
    replies = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(reply) for reply in replies] == [ZeroDivisionError] * 3
    assert await company.ask("ECHO", "mine") == b"mine"
