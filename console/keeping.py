"""Asking the workers about the numbers they keep, and what they say as people and programs read it.

The console holds no API key: it writes down a wish, and the worker that keeps numbers answers it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from console.past.tracebook import moment
from rules.engine.findings import did_you_mean, one_of
from rules.engine.loading.load import NUMBERS_FILE
from rules.engine.numbers.read import plain_number
from rules.engine.numbers.verdict import STATES, differences
from store.client import Store
from store.durations import seconds
from store.masking import masked
from store.numbers import Asked, Pin, Wish

LOOK_EVERY = 0.1
BEGUN_WITHIN = 10.0
"""Seconds in which a keeper takes up a wish; another worker takes over in less when one has died."""
SILENT_FOR = 240.0
"""Seconds without progress after which nobody is waited for: longer than a full limit is waited for."""

_APPLIED = ("change", "mend", "drift", "adopted")

Row = dict[str, Any]
Progress = Callable[[int, int], None]


class NobodyKeeps(Exception):
    """No worker answers; the text says what to do."""


class UnknownNumber(Exception):
    """A number that is not kept, or kept by several connections; the text says what might have been meant."""


async def ask(
    store: Store, wish: Wish, by: str, folder: Path, ids: Iterable[str] = (), progress: Progress | None = None
) -> Row:
    """What became of it: the look, with its `rows`. `folder` is that of the rules. Raises NobodyKeeps."""
    if not await is_kept(store, folder):
        raise NobodyKeeps(no_file(folder))
    asked = await begin(store, wish, by, ids)
    try:
        return await _answer(store, asked, folder, progress)
    finally:
        await store.numbers.withdraw(asked)


async def begin(store: Store, wish: Wish, by: str, ids: Iterable[str] = ()) -> Asked:
    """Want something of the keeper, without waiting for it."""
    asked = Asked(wish, by, await store.schedules.now_ms(), tuple(ids))
    await store.numbers.ask(asked)
    return asked


async def pin(store: Store, id_: str, by: str, why: str, until: str = "") -> Pin:
    """Leave a number alone, for a duration, until a moment, or until somebody unpins it; raises ValueError."""
    now_ms = await store.schedules.now_ms()
    made = Pin(by, why, now_ms, later(until, now_ms) if until else 0)
    await store.numbers.pin(id_, made)
    await begin(store, "look", by, [id_])
    return made


async def unpin(store: Store, id_: str, by: str) -> bool:
    """Take the pin of a number away; False when it had none."""
    there = await store.numbers.unpin(id_)
    await begin(store, "look", by, [id_])
    return there


def later(text: str, now_ms: int) -> int:
    """A moment (Unix ms) from now on, of a duration such as 7d or a moment; raises ValueError with a sentence."""
    try:
        return now_ms + round(seconds(text) * 1000)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is neither a duration such as 7d nor a moment such as 2026-03-01T09:00') from None
    at_ms = round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    if at_ms <= now_ms:
        raise ValueError(f"{text} lies in the past")
    return at_ms


async def is_kept(store: Store, folder: Path) -> bool:
    """Whether there is anything to keep, as far as it can be seen from here."""
    return (folder / NUMBERS_FILE).is_file() or bool(await store.numbers.keeper() or await store.numbers.file())


def no_file(folder: Path) -> str:
    """Why no number is kept, and how to begin."""
    return (
        f"there is no {NUMBERS_FILE} in {folder}, so no number is kept; write one with each number and its agent, with "
        "`mode: shadow` to begin with (docs/numbers.md has an example)"
    )


async def _answer(store: Store, asked: Asked, folder: Path, progress: Progress | None) -> Row:
    patience, heard, until = BEGUN_WITHIN, None, time.monotonic() + BEGUN_WITHIN
    while time.monotonic() < until:
        told = await store.numbers.told(asked.id)
        if told and told["state"] == "done":
            return told
        if told and told != heard:
            heard, patience = told, SILENT_FOR
            until = time.monotonic() + patience
            if progress:
                progress(told["done"], told["total"])
        await asyncio.sleep(LOOK_EVERY)
    raise NobodyKeeps(await why_nobody(store, folder, begun=heard is not None))


async def why_nobody(store: Store, folder: Path, *, begun: bool = False) -> str:
    """Why no worker answers; `begun` says that one had begun to."""
    if not await is_kept(store, folder):
        return no_file(folder)
    if begun:
        return "the worker that keeps numbers has begun and says nothing more; look into its log"
    if not await store.queue.workers():
        return "no worker is running; start `hookswitch work`"
    return (
        "no worker keeps numbers; see that numbers.yaml is beside the rules of the workers, and run `hookswitch check`"
    )


async def last_look(store: Store, folder: Path) -> Row:
    """What the last look found. Raises NobodyKeeps."""
    found = await store.numbers.look()
    if found is None:
        raise NobodyKeeps("no worker has looked at numbers yet; " + await why_nobody(store, folder))
    return found


def id_of(row: Mapping[str, Any]) -> str:
    """What the store knows a number by."""
    return f"{row['connection']}/{row['number']}"


def hidden(id_: str) -> str:
    """An id as the audit trail names it."""
    connection, _, number = id_.partition("/")
    return f"{connection}/{masked(number)}"


def deed(wish: str, ids: Iterable[str]) -> str:
    """What somebody did, as the audit trail tells it."""
    return " ".join([f"numbers {wish}", *map(hidden, ids)])


def hindrance(look: Mapping[str, Any]) -> str:
    """Why nothing may be changed now; empty when it may."""
    if could_not(look):
        return "not every platform could be asked"
    return ", ".join(sorted({row["held"] for row in to_do(look) if row["held"]}))


def to_do(look: Mapping[str, Any]) -> list[Row]:
    """The numbers that applying would point elsewhere, those included that something holds back now."""
    return [row for row in look["rows"] if row["state"] in _APPLIED]


def ids_of(rows: Iterable[Row], typed: Iterable[str]) -> list[str]:
    """The ids of what people typed: a number, or `connection/number`. Raises UnknownNumber."""
    known = [(id_of(row), row["number"]) for row in rows]
    return [_id_of(known, text) for text in typed]


def _id_of(known: list[tuple[str, str]], typed: str) -> str:
    connection, slash, number = typed.rpartition("/")
    wanted = f"{connection}{slash}{plain_number(number)}"
    meant = [id_ for id_, of_it in known if wanted in (id_, of_it)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise UnknownNumber(f"several connections keep {typed}; write {one_of(meant)}")
    hint = did_you_mean(wanted, [number for _, number in known])
    raise UnknownNumber(f"numbers.yaml keeps no number {typed}{hint}")


def record(row: Row, look: Mapping[str, Any], *, whole: bool) -> Row:
    """One number for a program; moments are ISO 8601, None where there is none."""
    return {
        "connection": row["connection"],
        "number": row["number"] if whole else masked(row["number"]),
        "agent": row["present"],
        "agent_name": row["present_name"],
        "wanted": row["wanted"],
        "until": _local(row["until_ms"], look["timezone"]) if row["until_ms"] else None,
        "state": row["state"],
        "means": STATES[row["state"]],
        "why": row["why"],
        "held": row["held"],
        "since": moment(row["since_ms"]) if row["since_ms"] else None,
        "changed": row["done"],
    }


def records(look: Mapping[str, Any], *, whole: bool) -> list[Row]:
    """Every number for a program."""
    return [record(row, look, whole=whole) for row in look["rows"]]


def is_different(look: Mapping[str, Any]) -> bool:
    """Whether anything is not as it should be, or was accepted to be."""
    return differences(row["state"] for row in look["rows"])


def could_not(look: Mapping[str, Any]) -> bool:
    """Whether a platform could not be asked, or refused."""
    return any(row["state"] == "unknown" for row in look["rows"])


def _local(milliseconds: int, zone: str) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, ZoneInfo(zone)).isoformat(timespec="minutes")


MARKS = {
    "same": " ",
    "change": "~",
    "drift": "!",
    "mend": "~",
    "adopted": "=",
    "pinned": "=",
    "missing": "?",
    "unknown": "?",
}


def line(told: Row) -> dict[str, str]:
    """One number for a person."""
    shown = told["agent_name"] or told["agent"] or "nobody"
    becomes = (
        "" if told["agent"] == told["wanted"] or told["state"] in ("missing", "unknown") else f" → {told['wanted']}"
    )
    until = (told["until"] or "")[:16].replace("T", " ")
    why = "; ".join(part for part in (told["why"], told["held"]) if part)
    state = "changed" if told["changed"] and told["state"] == "same" else told["state"]
    return {
        "": MARKS[told["state"]], "connection": told["connection"], "number": told["number"],
        "agent": f"{shown}{becomes}", "state": state, "wanted until": until, "why": why,
    }  # fmt: skip


def summary(look: Mapping[str, Any]) -> str:
    """One line that counts."""
    counts: dict[str, int] = {}
    for row in look["rows"]:
        counts[row["state"]] = counts.get(row["state"], 0) + 1
    told = ", ".join(f"{count} {state}" for state, count in counts.items()) or "none"
    many = len(look["rows"])
    return f"{many} number{'' if many == 1 else 's'}: {told}"
