"""The numbers that are kept: whether somebody keeps them, what has drifted, and pins that were forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from redis.exceptions import RedisError

from console.checkup.finding import Finding
from console.cli.storage import store_url
from console.past.tracebook import moment
from rules.engine.loading.load import NUMBERS_FILE
from store.client import Store, open_store
from store.embedded import EmbeddedError
from store.masking import masked
from store.numbers import Pin
from store.settings import StoreSettings
from workers.settings import WorkerSettings

OLD_PIN = 30 * 86_400_000
"""Milliseconds after which a pin without an end may have been forgotten."""
LATE = 3
"""Times as long as between two looks, after which the last one is too old."""
_ABOUT = "numbers"


async def number_findings(settings: StoreSettings, worker: WorkerSettings) -> list[Finding]:
    """Nothing when no number is kept, or when the store cannot be reached, which is said elsewhere."""
    wanted = (worker.rules_dir / NUMBERS_FILE).is_file()
    try:
        store = open_store(store_url(settings))
    except (EmbeddedError, ValueError):
        return []
    try:
        return await _findings(store, wanted=wanted)
    except (RedisError, OSError):
        return []
    finally:
        await store.close()


async def _findings(store: Store, *, wanted: bool) -> list[Finding]:
    look, keeper = await store.numbers.look(), await store.numbers.keeper()
    now_ms = await store.schedules.now_ms()
    if look is None and not wanted:
        return []
    found = list(pin_findings(await store.numbers.pins(), now_ms))
    if not keeper:
        advice = "start `hookswitch work`, and see that `hookswitch check` likes numbers.yaml"
        return [Finding("error", _ABOUT, "there is a numbers.yaml and no worker keeps to it", advice), *found]
    if look is None:
        return found
    return [*look_findings(look, now_ms), *found]


def look_findings(look: Mapping[str, Any], now_ms: int) -> Iterator[Finding]:
    """What the last look found."""
    age = max(0, now_ms - look["at_ms"])
    if age > look["every"] * 1000 * LATE:
        text = f"the last look was {age // 60_000} min ago"
        yield Finding("warning", _ABOUT, text, "look into the log of the worker that keeps them")
    wrong = [row for row in look["rows"] if row["state"] in _WRONG]
    for row in wrong:
        yield _of_row(row)
    if not wrong:
        yield Finding("ok", _ABOUT, f"{len(look['rows'])} kept by {look['file']}, none has drifted")


_WRONG: Mapping[str, tuple[str, str]] = {
    "drift": ("somebody else has pointed it elsewhere", "hookswitch numbers adopt, pin or apply"),
    "missing": ("the account has no such number", "take it out of numbers.yaml, or look into the account"),
    "unknown": ("the platform could not be asked", "see why with `hookswitch numbers plan`"),
    "change": ("it does not point where it should", "see why with `hookswitch numbers plan`"),
}
"""State → what is wrong, and what to do."""


def _of_row(row: Mapping[str, Any]) -> Finding:
    said, advice = _WRONG[row["state"]]
    since = f" since {moment(row['since_ms'])}" if row["since_ms"] else ""
    why = "; ".join(part for part in (row["why"], row["held"]) if part)
    text = f"{row['connection']} {masked(row['number'])}: {said}{since}" + (f" ({why})" if why else "")
    return Finding("warning", _ABOUT, text, advice)


def pin_findings(pins: Mapping[str, Pin], now_ms: int) -> Iterator[Finding]:
    """Pins that have held for longer than a month."""
    for id_, pin in pins.items():
        if pin.holds(now_ms) and now_ms - pin.since_ms > OLD_PIN:
            connection, _, number = id_.partition("/")
            text = f"{connection} {masked(number)}: pinned since {moment(pin.since_ms)} {pin.text}"
            yield Finding("warning", _ABOUT, text, "hookswitch numbers unpin, if it was forgotten")
