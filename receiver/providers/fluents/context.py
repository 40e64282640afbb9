"""The reply to the context endpoint: a flat JSON object of texts, the variables of the agent's prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from receiver.providers.payload import jsonable

KEYS = frozenset({"default", "variables"})
"""`default` is all there ever is: the platform has chosen the agent before it asks."""


def body(answer: Mapping[str, Any], problems: list[str]) -> dict[str, str]:
    """The variables; nothing for a caller nobody knows, for `default`, and for what cannot be told here."""
    problems += [f"{key} cannot be said to a context endpoint" for key in answer if key not in KEYS]
    try:
        variables = jsonable(answer.get("variables", {}))
    except ValueError:
        variables = None
    if isinstance(variables, dict):
        return {name: _as_text(value) for name, value in variables.items() if value is not None}
    problems.append("variables is not an object")
    return {}


def _as_text(value: Any) -> str:
    """Text as it is; a number, a truth value, a list or an object as JSON writes it."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
