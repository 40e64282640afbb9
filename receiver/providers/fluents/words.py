"""The platform's words in neutral ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from receiver.providers.payload import text

ROLES: Mapping[str, str] = {"human": "user", "bot": "assistant"}
"""Who spoke; anything else is left as it is."""

DETECTED: Mapping[str, str] = {"human": "human", "no_human": "machine"}

_ANONYMOUS = frozenset({"anonymous", "restricted", "private", "unknown", "unavailable", "withheld", "blocked"})
_AROUND = re.compile(r"[\s().-]")
_NUMBER = re.compile(r"\+?[1-9]\d{6,14}", re.ASCII)


def phone(value: Any) -> str:
    """A number as E.164, whether it came with its `+`, without, or with the space that a `+` in a query becomes.

    Nothing for a caller who hides it; what is no number, such as a SIP address, is left as it is.
    """
    given = text(value).strip()
    packed = _AROUND.sub("", given)
    if _NUMBER.fullmatch(packed):
        return "+" + packed.removeprefix("+")
    return "" if given.lower().lstrip("+") in _ANONYMOUS else given


def role(value: Any) -> str:
    """user or assistant."""
    found = text(value).strip().lower()
    return ROLES.get(found, found)
