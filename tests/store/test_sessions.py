from __future__ import annotations

from dataclasses import replace

from store import keys
from store.client import Store
from store.sessions import IDLE_SECONDS, MOST_REVEALED, NAMELESS_SECONDS, SAID_SECONDS, Said


async def test_a_session_is_known_by_its_token_alone(store: Store) -> None:
    token, session = await store.sessions.begin("anna", "open")
    assert await store.sessions.get(token, "open") == session
    assert await store.sessions.get(token + "x", "open") is None
    assert all(token.encode() not in key for key in await store.redis.keys("*"))


async def test_it_ends_with_its_grounds(store: Store) -> None:
    token, _ = await store.sessions.begin("anna", "old password")
    assert await store.sessions.get(token, "new password") is None


async def test_it_ends_when_told(store: Store) -> None:
    token, _ = await store.sessions.begin("anna", "open")
    await store.sessions.end(token)
    assert await store.sessions.get(token, "open") is None


async def test_looking_keeps_it_alive_once_it_has_a_name(store: Store) -> None:
    for user, lasts in (("anna", IDLE_SECONDS), ("", NAMELESS_SECONDS)):
        await store.redis.flushall()
        token, _ = await store.sessions.begin(user, "open")
        (key,) = await store.redis.keys(keys.SESSION + "*")
        assert lasts - 5 < await store.redis.ttl(key) <= lasts
        await store.redis.expire(key, 100)
        await store.sessions.get(token, "open")
        assert (await store.redis.ttl(key) > 100) is bool(user)


async def test_what_was_asked_to_be_seen_stays_seen(store: Store) -> None:
    token, session = await store.sessions.begin("anna", "open")
    await store.sessions.reveal(token, session, "evt_1")
    found = await store.sessions.get(token, "open")
    assert found == replace(session, revealed=("evt_1",))


async def test_the_oldest_is_masked_again(store: Store) -> None:
    token, session = await store.sessions.begin("anna", "open")
    session = replace(session, revealed=tuple(f"evt_{number}" for number in range(MOST_REVEALED)))
    await store.sessions.reveal(token, session, "evt_new")
    found = await store.sessions.get(token, "open")
    assert found
    assert (len(found.revealed), found.revealed[-1], "evt_0" in found.revealed) == (MOST_REVEALED, "evt_new", False)


async def test_strikes_are_counted_for_a_while(store: Store) -> None:
    assert [await store.sessions.struck("1.2.3.4") for _ in range(3)] == [1, 2, 3]
    assert await store.sessions.strikes("1.2.3.4") == 3
    assert await store.sessions.strikes("5.6.7.8") == 0
    assert 0 < await store.redis.ttl(keys.STRIKES + "1.2.3.4") <= 60


async def test_what_was_said_is_heard_once(store: Store) -> None:
    token, _ = await store.sessions.begin("anna", "open")
    assert await store.sessions.heard(token) is None
    await store.sessions.say(token, Said("not done", bad=True))
    (key,) = await store.redis.keys(keys.SAID + "*")
    assert 0 < await store.redis.ttl(key) <= SAID_SECONDS
    assert await store.sessions.heard(token + "x") is None
    assert await store.sessions.heard(token) == Said("not done", bad=True)
    assert await store.sessions.heard(token) is None


async def test_nothing_is_told_to_who_has_left(store: Store) -> None:
    token, _ = await store.sessions.begin("anna", "open")
    await store.sessions.say(token, Said("done"))
    await store.sessions.end(token)
    assert await store.redis.keys("*") == []


async def test_every_console_has_the_same_secret(store: Store) -> None:
    secret = await store.sessions.secret()
    assert (len(secret), await store.sessions.secret()) == (32, secret)
