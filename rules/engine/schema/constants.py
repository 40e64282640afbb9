"""The schema of `vars.yaml`."""

from __future__ import annotations

from rules.engine.cel.hours import DAYS
from rules.engine.schema.triggers import zone
from rules.engine.schema.words import DRAFT, Schema, described, snippet

_SOMETHING = ["string", "number", "boolean", "array", "object"]
_DAY = rf"(?:{'|'.join(DAYS)})[a-z]*"
_PART = rf"(?:{_DAY}(?:\s*[-–]\s*{_DAY})?|\d{{4}}-\d{{2}}-\d{{2}})"
_KEY = rf"^\s*{_PART}(?:\s*,\s*{_PART})*\s*$"
_SPAN = r"\d{1,2}:\d{2}\s*[-–]\s*\d{1,2}:\d{2}"
_VALUE = rf"^\s*(?:[Cc]losed|[Oo]pen|{_SPAN}(?:\s*,\s*{_SPAN})*)\s*$"
_EXAMPLE = 'hours: { mon-fri: "09:00-18:00", sat: closed, 2026-12-25: closed }'
_NAME = "^[A-Za-z_][A-Za-z0-9_]*$"


def vars_schema() -> Schema:
    """The schema of the constants that stand beside the rules."""
    return {
        "$schema": DRAFT,
        "title": "Hookswitch vars",
        "type": "object",
        "propertyNames": {
            "title": "name",
            "pattern": _NAME,
            "patternErrorMessage": "A name has letters, digits and _ only, and does not begin with a digit.",
        },
        "properties": {
            "timezone": described(zone(), "the zone of all local times", "timezone: Europe/Amsterdam"),
            "hours": hours(),
        },
        "patternProperties": {"_hours$": hours()},
        "additionalProperties": described({"type": _SOMETHING}, "a constant; rules use it as `vars.NAME`"),
    }


def hours() -> Schema:
    """Opening hours. Elsewhere they may be any value, so only a map is looked into."""
    spans: Schema = {
        "type": ["string", "array"],
        "pattern": _VALUE,
        "patternErrorMessage": 'This must be times such as "09:00-18:00", closed or open.',
        "items": {"type": "string", "pattern": _VALUE},
        "examples": ["09:00-18:00", "closed", "open"],
    }
    names = {
        "pattern": _KEY,
        "patternErrorMessage": "This must be a day, a span of days or a date: mon, mon-fri, 2026-12-25.",
    }
    schema: Schema = {"type": _SOMETHING, "propertyNames": names, "additionalProperties": spans}
    made = described(schema, "opening hours, for `open_now` and `next_open`", _EXAMPLE)
    week = {"mon-fri": "${1:09:00-18:00}", "sat": "${2:10:00-14:00}", "sun": "closed"}
    return made | {"defaultSnippets": [snippet("opening hours", "A week; days that are not named are closed.", week)]}
