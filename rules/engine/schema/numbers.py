"""The schema of `numbers.yaml`."""

from __future__ import annotations

from rules.engine.schema.constants import hours
from rules.engine.schema.words import DRAFT, Schema, choice, closed, described, snippet, text

_VAR = r"^\s*(?:\$\{\{\s*)?vars\.[A-Za-z_][A-Za-z0-9_]*\s*(?:\}\})?\s*$"
_NUMBER = r"^\s*\+[\s().-]*[1-9](?:[\s().-]*\d){6,14}[\s().-]*$"
_CONNECTION = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
_DRIFT = {
    "report": "what somebody changes by hand is left alone and reported",
    "mend": "it is put back, at most three times within an hour",
}
_MODE = {"live": "what differs from the file is changed", "shadow": "look and report, and change nothing"}
_EXAMPLE = """\
numbers:
  front_desk:
    "+31850000001":
      when:
        - hours: vars.hours
          agent: vars.day_agent
      otherwise: vars.night_agent"""


def numbers_schema() -> Schema:
    """The schema of the numbers that are kept, and of who answers them when."""
    entries: Schema = {
        "type": "object",
        "propertyNames": {"pattern": _CONNECTION},
        "additionalProperties": described(_numbers(), "the numbers of this connection"),
    }
    keys = {
        "numbers": described(entries, "the connections, each with its numbers", _EXAMPLE),
        "drift": _drift(),
        "mode": described(choice(_MODE), "whether numbers are changed", "mode: shadow"),
    }
    return {"$schema": DRAFT, "title": "Hookswitch numbers", **closed(keys, ["numbers"])}


def _numbers() -> Schema:
    return {
        "type": "object",
        "propertyNames": {
            "pattern": _NUMBER,
            "patternErrorMessage": "This must be a whole number with its country, such as +31850000001.",
        },
        "additionalProperties": _number(),
    }


def _number() -> Schema:
    shift = closed({"hours": _hours(), "agent": _agent("who answers then")}, ["hours", "agent"])
    keys: dict[str, Schema] = {
        "agent": _agent("who answers, at any hour"),
        "when": described(
            {**shift, "type": ["array", "object"], "items": shift},
            "hours and who answers then; the first that are on decide",
        ),
        "otherwise": _agent("who answers when none of these hours are on"),
        "drift": _drift(),
        "pin": described(text(), "why it is left alone", "pin: the carrier moves it this week"),
    }
    one = {"oneOf": [{"required": ["agent"]}, {"required": ["when", "otherwise"]}]}
    return closed(keys) | one | {"defaultSnippets": _SNIPPETS}


def _agent(doc: str) -> Schema:
    return described({**text(), "minLength": 1}, f"{doc}: an agent's id, or `vars.NAME`", "agent: vars.night_agent")


def _hours() -> Schema:
    form: Schema = {
        **hours(),
        "type": ["string", "object"],
        "pattern": _VAR,
        "patternErrorMessage": "This must be vars.NAME, or the hours themselves.",
    }
    return described(form, "opening hours: `vars.NAME`, or the hours themselves", "hours: vars.hours")


def _drift() -> Schema:
    return described(choice(_DRIFT), "what becomes of a change by somebody else", "drift: mend")


_SNIPPETS = [
    snippet(
        "number: by opening hours",
        "An agent while we are open, another one otherwise.",
        {"when": [{"hours": "vars.${1:hours}", "agent": "$2"}], "otherwise": "$3"},
    )
]
