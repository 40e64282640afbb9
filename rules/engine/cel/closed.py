"""Names that have one of a few values, and functions that give text of one shape: what they are never equal to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import phonenumbers

from rules.engine.cel.hours import DAYS
from rules.engine.findings import did_you_mean, one_of

VALUES: Mapping[str, tuple[str, ...]] = {
    "call.status": ("ringing", "in-progress", "forwarding", "ended", "failed"),
    "call.direction": ("inbound", "outbound", "web"),
    "detection.result": ("human", "machine"),
    "message.role": ("user", "assistant", "system"),
    "transcript.role": ("user", "assistant"),
}
"""Declared name → its values; "" as well, when the platform did not say."""
OUTCOMES = ("done", "failed", "skipped")
_MEANT: Mapping[str, str] = {
    "completed": "ended", "complete": "ended", "hangup": "ended", "done": "ended", "busy": "failed",
    "answered": "in-progress", "active": "in-progress", "queued": "ringing", "error": "failed",
    "incoming": "inbound", "in": "inbound", "outgoing": "outbound", "out": "outbound",
    "bot": "assistant", "agent": "assistant", "person": "human", "voicemail": "machine",
}  # fmt: skip
_OUTCOME_MEANT = {"ok": "done", "success": "done", "succeeded": "done", "failure": "failed", "error": "failed"}
_COUNTRIES = {"UK": "GB", "EN": "GB", "EL": "GR"}
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_SHORT_TIME = re.compile(r"\d:[0-5]\d", re.ASCII)
_NUMBER = re.compile(r"\+?[\d][\d ()./-]{5,}\d", re.ASCII)


def fault(subject: str, value: str, choices: tuple[str, ...] = ()) -> str:
    """Why the subject never equals this value, as a sentence; "" when it may. `choices` are its values, if few."""
    if subject in _SHAPES:
        return _SHAPES[subject](value)
    if subject in ("call.from", "call.to"):
        return number_fault(subject, value)
    if not choices or value in choices or (value == "" and choices != OUTCOMES):
        return ""
    near = (_OUTCOME_MEANT if choices == OUTCOMES else _MEANT).get(value.lower(), "")
    hint = f'; did you mean "{near}"?' if near in choices else did_you_mean(value, choices)
    return f'{subject} is {one_of(choices)}, never "{value}"{hint}'


def number_fault(subject: str, value: str) -> str:
    """Numbers come in E.164, so one that is written otherwise is never met."""
    if not _NUMBER.fullmatch(value) or re.fullmatch(r"\+\d+", value):
        return ""
    digits = re.sub(r"\D", "", value)
    like = f"+{digits[2:]}" if digits.startswith("00") else "+31612340001"
    return f'{subject} comes like {like}, so it is hardly ever "{value}"'


def _weekday(value: str) -> str:
    if value in DAYS:
        return ""
    near = value.lower()[:3]
    hint = f'; did you mean "{near}"?' if near in DAYS else ""
    return f'weekday() gives {one_of(DAYS)}, never "{value}"{hint}'


def _time(value: str) -> str:
    if _TIME.fullmatch(value):
        return ""
    hint = f'; did you mean "0{value}"?' if _SHORT_TIME.fullmatch(value) else ""
    return f'time() gives two digits for hours and for minutes, such as "09:05", never "{value}"{hint}'


def _date(value: str) -> str:
    if _is_date(value):
        return ""
    turned = re.sub(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$", lambda m: f"{m[3]}-{m[2]:0>2}-{m[1]:0>2}", value)
    hint = f'; did you mean "{turned}"?' if turned != value and _is_date(turned) else ""
    return f'date() gives text such as "2026-12-25", never "{value}"{hint}'


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10


def _country(value: str) -> str:
    if value == "" or value in phonenumbers.SUPPORTED_REGIONS:
        return ""
    near = _COUNTRIES.get(value.upper(), value.upper())
    hint = f'; did you mean "{near}"?' if near in phonenumbers.SUPPORTED_REGIONS else ""
    return f'phone.country() gives two capital letters such as "NL", never "{value}"{hint}'


_SHAPES = {"weekday": _weekday, "time": _time, "date": _date, "phone.country": _country}
"""Function → why it never gives a value."""
