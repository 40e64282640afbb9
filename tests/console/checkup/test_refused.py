from __future__ import annotations

from console.checkup.refused import Refused, refusals, refused_findings
from store import keys
from store.client import Store
from store.settings import StoreSettings
from tests.ports import free_port

KEY = ("api", "desk", "flireo", "401")


async def test_a_key_that_was_refused_and_not_taken_since_is_told(store: Store, store_url: str) -> None:
    settings = StoreSettings(redis_url=store_url)
    await store.tallies.add({("api", "desk", "flireo", "2xx"): 3, ("api", "", "", "401"): 5, ("rule", "a", "ran"): 1})
    assert await refused_findings(settings) == []
    await store.redis.hset(keys.TALLY_LAST, "\0".join(("api", "desk", "flireo", "2xx")), "1000")  # type: ignore[misc]
    await store.tallies.add({KEY: 2})
    (found,) = await refused_findings(settings)
    assert (found.level, found.about) == ("warning", "desk key")
    assert "refused with 401" in found.text
    assert "2 times in 7 days, and nothing was accepted since" in found.text


async def test_without_a_store_nothing_is_told() -> None:
    assert await refused_findings(StoreSettings(redis_url=f"redis://127.0.0.1:{free_port()}")) == []


def test_the_last_refusal_counts_and_one_that_is_over_is_told_apart() -> None:
    forbidden, taken = (*KEY[:3], "403"), (*KEY[:3], "2xx")
    found = refusals({KEY: 2, forbidden: 1, taken: 9}, {KEY: 50, forbidden: 40, taken: 60})
    assert found == {"desk": Refused(3, "401", 50, 60)}
    assert not found["desk"].still
    assert refusals({KEY: 2}, {KEY: 50})["desk"].still
