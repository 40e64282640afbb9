"""The functions rules have beside CEL's own. Each is pure: the moment and the place are always given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import phonenumbers

from rules.engine.cel.celib import cel
from rules.engine.cel.hours import DAYS, Hours, parse_hours
from rules.engine.cel.plain import to_json

_ANY = (
    cel.Type.STRING,
    cel.Type.INT,
    cel.Type.UINT,
    cel.Type.DOUBLE,
    cel.Type.BOOL,
    cel.Type.TIMESTAMP,
    cel.Type.DURATION,
    cel.Type.NULL,
    cel.Type.MAP,
    cel.Type.LIST,
)


class FunctionWords(NamedTuple):
    """One function as people read about it."""

    usage: str
    doc: str


FUNCTIONS: Mapping[str, FunctionWords] = {
    "open_now": FunctionWords("open_now(vars.hours, now)", "true within these opening hours, in vars.timezone"),
    "next_open": FunctionWords("next_open(vars.hours, now)", "the moment these opening hours next open"),
    "date": FunctionWords("date(now)", 'the local date, such as "2026-12-25"'),
    "time": FunctionWords("time(now)", 'the local time, such as "18:05"'),
    "weekday": FunctionWords("weekday(now)", "the local day: mon, tue, wed, thu, fri, sat or sun"),
    "phone.country": FunctionWords("phone.country(call.from)", 'the country of a number, such as "NL"; "" if unknown'),
    "phone.e164": FunctionWords('phone.e164("06 12345678", "NL")', 'the number as "+31612345678"; "" if it is none'),
    "bucket": FunctionWords("bucket(call.from, 10)", "a stable number from 0 to 9 for this text, for trials"),
    "to_json": FunctionWords("to_json(tool.arguments)", "any value as JSON text"),
    "lower": FunctionWords("lower(call.to)", "the text in small letters"),
}


def declarations(zone: ZoneInfo) -> list[cel.FunctionDecl]:
    """All functions for one time zone."""
    text, moment, hours = cel.Type.STRING, cel.Type.TIMESTAMP, cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    return [
        _function("open_now", cel.Type.BOOL, lambda h, now: _hours(h).is_open(now.astimezone(zone)), (hours, moment)),
        _function("next_open", moment, lambda h, now: _hours(h).next_open(now, zone), (hours, moment)),
        _function("date", text, lambda now: now.astimezone(zone).date().isoformat(), (moment,)),
        _function("time", text, lambda now: now.astimezone(zone).strftime("%H:%M"), (moment,)),
        _function("weekday", text, lambda now: DAYS[now.astimezone(zone).weekday()], (moment,)),
        _function("phone.country", text, country, (text,)),
        _function("phone.e164", text, e164, (text, text)),
        _function("bucket", cel.Type.INT, bucket, (text, cel.Type.INT), (text, cel.Type.DOUBLE)),
        _function("to_json", text, to_json, *((kind,) for kind in _ANY)),
        _function("lower", text, str.lower, (text,)),
    ]


def _function(
    name: str, gives: cel.Type, impl: Callable[..., Any], *overloads: tuple[cel.Type, ...]
) -> cel.FunctionDecl:
    word = name.replace(".", "_")
    return cel.FunctionDecl(
        name,
        [
            cel.Overload(id=f"{word}_{place}", return_type=gives, parameters=list(takes), impl=impl)
            for place, takes in enumerate(overloads)
        ],
    )


def _hours(written: Mapping[str, Any]) -> Hours:
    return _parsed_hours(to_json(written))


@lru_cache(maxsize=256)
def _parsed_hours(text: str) -> Hours:
    return parse_hours(json.loads(text))


def country(number: str) -> str:
    """The region code of an international number, "" when there is none."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""


def e164(number: str, region: str) -> str:
    """The number in E.164, read as somebody in that region would dial it; "" when it cannot be one."""
    try:
        parsed = phonenumbers.parse(number, region.upper())
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def bucket(text: str, count: float) -> int:
    """A number from 0 to count - 1 that is always the same for the same text."""
    if count < 1:
        raise ValueError("bucket needs at least 1")
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % int(count)
