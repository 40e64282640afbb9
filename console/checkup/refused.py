"""API keys that platforms refuse, as far as the calls of workers have shown it: for who has no key to try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from redis.exceptions import RedisError

from console.checkup.finding import Finding
from console.cli.storage import store_url
from console.past.tracebook import moment
from store.client import Store, open_store
from store.embedded import EmbeddedError
from store.metrics import Key
from store.settings import StoreSettings

DAYS = 7
"""How many days are looked back, today included."""
_CALLS = "api"
_REFUSED = ("401", "403")
_TAKEN = "2xx"


@dataclass(frozen=True)
class Refused:
    """What became of the calls to one connection's API."""

    count: int
    """How many were refused for their key."""
    status: str
    """As what the last of them was."""
    last_ms: int
    taken_ms: int
    """When one was last accepted, Unix milliseconds; 0 when that is not known."""

    @property
    def still(self) -> bool:
        """Whether none was accepted since."""
        return self.last_ms > self.taken_ms


def refusals(counts: Mapping[Key, int], last: Mapping[Key, int]) -> dict[str, Refused]:
    """Connection → how its key was refused, from the tallies of some days."""
    found: dict[str, Refused] = {}
    keys = [key for key, count in counts.items() if key[0] == _CALLS and key[-1] in _REFUSED and key[1] and count]
    for key in sorted(keys, key=lambda key: last.get(key, 0)):
        name = key[1]
        count = sum(counts[each] for each in keys if each[1] == name)
        found[name] = Refused(count, key[-1], last.get(key, 0), last.get((*key[:-1], _TAKEN), 0))
    return found


async def read_refusals(store: Store) -> dict[str, Refused]:
    """The same, as the store has it now."""
    counts: Counter[Key] = Counter()
    for _, day in await store.tallies.days(DAYS):
        counts.update(day)
    return refusals(counts, await store.tallies.last())


async def refused_findings(settings: StoreSettings) -> list[Finding]:
    """One for each key that was refused and not accepted since; nothing when the store cannot be reached."""
    try:
        store = open_store(store_url(settings))
    except (EmbeddedError, ValueError):
        return []
    try:
        return [_finding(name, each) for name, each in sorted((await read_refusals(store)).items()) if each.still]
    except (RedisError, OSError):
        return []
    finally:
        await store.close()


def _finding(name: str, refused: Refused) -> Finding:
    at = moment(refused.last_ms)[:16].replace("T", " ")
    text = f"refused with {refused.status} at {at} UTC, {refused.count} times in {DAYS} days"
    advice = "`hookswitch doctor` where the keys are says what the platform says; then make a new key"
    return Finding("warning", f"{name} key", f"{text}, and nothing was accepted since", advice)
