"""The numbers that are kept, as pages show them: agents by name, who answers when, addresses that tell no number."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.keeping import id_of, record, to_do
from rules.engine.loading.variables import Vars
from rules.engine.numbers.desired import Kept, NumbersFile
from rules.engine.numbers.read import of_document
from rules.engine.numbers.verdict import DIFFERENT
from store.masking import masked

Row = dict[str, Any]
Look = Mapping[str, Any]

AHEAD = 6
"""Spans of the plan that are shown."""


def address_of(secret: bytes, id_: str) -> str:
    """What a number goes by in addresses and forms: a masked number has few digits left to guess, so it is keyed."""
    return hmac.new(secret, id_.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:20]


def found_at(secret: bytes, look: Look, address: str) -> Row | None:
    """The number of an address; None when it is not kept any more."""
    return next((row for row in look["rows"] if address_of(secret, id_of(row)) == address), None)


def names_of(look: Look, vars_: Vars) -> dict[str, str]:
    """Agent → what people call it: as the platform does, else by the constant that holds it."""
    named = {value: f"vars.{name}" for name, value in vars_.values.items() if isinstance(value, str)}
    return named | {row["present"]: row["present_name"] for row in look["rows"] if row["present_name"]}


def rows_of(secret: bytes, look: Look, names: Mapping[str, str], *, whole: bool) -> list[Row]:
    """Every number as a list shows it."""
    due = {id_of(row) for row in to_do(look)}
    return [shown(secret, row, look, names, whole=whole) | {"due": id_of(row) in due} for row in look["rows"]]


def shown(secret: bytes, row: Row, look: Look, names: Mapping[str, str], *, whole: bool) -> Row:
    """One of them."""
    told = record(row, look, whole=whole)
    return told | {
        "address": address_of(secret, id_of(row)), "differs": row["state"] in DIFFERENT,
        "is_name": names.get(row["present"], ""), "wanted_name": names.get(row["wanted"], ""),
        "until": (told["until"] or "")[:16].replace("T", " "), "since_ms": row["since_ms"],
    }  # fmt: skip


@dataclass(frozen=True)
class Span:
    """Who should answer a number for a while; local times."""

    begins: str
    """Empty for one that has begun."""
    ends: str
    """Empty for one that does not end within a year."""
    agent: str


def plan_of(document: bytes, id_: str, now: datetime) -> list[Span]:
    """What the file in force plans for a number, from now on; nothing when it does not name it."""
    file = of_document(document, "")
    kept = next((each for each in file.kept if each.id == id_), None)
    return list(_spans(file, kept, now)) if kept else []


def _spans(file: NumbersFile, kept: Kept, now: datetime) -> Iterator[Span]:
    begins = ""
    for _ in range(AHEAD):
        wanted = kept.wanted(now, file.zone)
        ends = f"{wanted.until.astimezone(file.zone):%Y-%m-%d %H:%M}" if wanted.until else ""
        yield Span(begins, ends, wanted.agent)
        if not wanted.until:
            return
        now, begins = wanted.until, ends


def past_of(entries: Iterable[Row], names: Mapping[str, str], *, whole: bool) -> list[Row]:
    """What was done and noticed."""
    return [
        entry | {
            "number": entry["number"] if whole else masked(entry["number"]),
            "before": names.get(entry["from"], entry["from"]) or "nobody",
            "after": names.get(entry["to"], entry["to"]) or "nobody",
        }
        for entry in entries
    ]  # fmt: skip
