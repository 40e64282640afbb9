from __future__ import annotations

from console.web.attention import notices
from store import keys
from store.client import Store
from store.roster import Note
from tests.console.web.support import PASSWORD, Browser, opened


async def told(store: Store) -> list[tuple[str, str, str]]:
    return [(notice.level, notice.text, notice.path) for notice in await notices(store)]


async def at_work(store: Store) -> None:
    """A worker gives a sign of life."""
    await store.redis.zadd(keys.WORKERS, {"desk:1:a": await store.retention.now_ms()})


async def test_all_is_well(store: Store) -> None:
    await at_work(store)
    await store.tallies.add({("api", "desk", "flireo", "401"): 1, ("event", "desk", "flireo", "stored"): 3})
    await store.tallies.add({("api", "desk", "flireo", "2xx"): 1})
    await store.redis.hset(keys.TALLY_LAST, "\0".join(("api", "desk", "flireo", "401")), "1")  # type: ignore[misc]
    assert await told(store) == []


async def test_what_wants_somebody_stands_on_every_page(browser: Browser, store: Store) -> None:
    await store.tallies.add({("refused", "a desk", "unproven"): 3, ("event", "desk", "flireo", "lost"): 1})
    await store.roster.write("desk:1:a", Note(frozenset(), {"night": "night.yaml:1:1: <no>"}))
    await store.pauses.begin("rule:late", "bob", "")
    await store.pauses.begin("all", "bob", "")
    assert await told(store) == [
        ("error", "No worker is alive: callers hear the fallback", "/system"),
        ("error", "The file of night is refused", "/rules/night"),
        ("error", "a desk: deliveries do not prove who sent them", "/connections/a%20desk"),
        ("error", "desk: events could be stored nowhere", "/connections/desk"),
        ("warning", "Everything is paused", "/rules"),
        ("warning", "Rule late is paused", "/rules/late"),
    ]
    for path in ("/events", "/calls", "/audit"):
        text = (await browser.look(path)).text
        assert '<a href="/rules/night">The file of night is refused</a>' in text


async def test_who_is_not_in_is_told_nothing(store: Store, store_url: str) -> None:
    async with opened(store_url, console_password=PASSWORD) as browser:
        assert "No worker" not in (await browser.look("/login")).text
        await browser.log_in()
        assert "No worker" in (await browser.look("/events")).text
