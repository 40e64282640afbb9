"""The reply to assistant-request: which assistant takes the call, or where it goes instead.

The platform asks only where the number has no assistant of its own, so there is no saved one to fall back on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.providers.overrides import laid_over, longest_call
from receiver.providers.payload import jsonable
from receiver.providers.vapi.wording import Body, destination, usable

KEYS = frozenset({"assistant", "config", "reject", "transfer", "override", "variables", "metadata", "max_duration"})

NOBODY = "I am sorry, nobody can take your call at this moment. Please call again later."
"""What a caller hears when neither a rule nor the connection's fallback names who answers."""

_TYPES: Mapping[str, tuple[type, str]] = {
    "assistant": (str, "an id"),
    "config": (dict, "an object"),
    "reject": (str, "a sentence"),
    "transfer": (str, "a number or a SIP address"),
    "override": (dict, "an object"),
    "variables": (dict, "an object"),
    "metadata": (dict, "an object"),
    "max_duration": (object, "a duration"),
}


def body(answer: Mapping[str, Any], problems: list[str]) -> Body:
    """The reply; what cannot be said is left out and told. Never empty, since that would end the call in silence."""
    wanted = usable(answer, _TYPES, problems)
    if "reject" in wanted:
        return {"error": wanted["reject"]}
    if "transfer" in wanted:
        return {"destination": destination(wanted["transfer"])}
    named = _named(wanted, problems)
    if not named:
        problems.append("no assistant is named, and the number has none of its own: the caller is turned away")
        return {"error": NOBODY}
    overrides = _overrides(wanted, problems)
    return named | ({"assistantOverrides": overrides} if overrides else {})


def _named(wanted: Body, problems: list[str]) -> Body:
    if wanted.get("config"):
        if "assistant" in wanted:
            problems.append("assistant is left out beside a config")
        return {"assistant": jsonable(wanted["config"])}
    return {"assistantId": wanted["assistant"]} if "assistant" in wanted else {}


def _overrides(wanted: Body, problems: list[str]) -> Body:
    """One object for everything that differs from the assistant as it is saved."""
    laid: Body = dict(jsonable(wanted.get("override", {})))
    for key, name in (("variables", "variableValues"), ("metadata", "metadata")):
        if wanted.get(key):
            laid[name] = laid_over(laid.get(name), jsonable(wanted[key]))
    duration = longest_call(wanted, problems)
    return laid | ({"maxDurationSeconds": duration} if duration else {})
