"""Values of answers in the forms the platform takes: one line of text, a destination, JSON and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from receiver.providers.payload import jsonable

Body = dict[str, Any]

_SIP = ("sip:", "sips:")


def one_line(value: Any) -> str:
    """Text without line breaks, which end the platform's reading; other JSON as compact text. Raises ValueError."""
    plain = jsonable(value)
    written = plain if isinstance(plain, str) else orjson.dumps(plain).decode()
    return " ".join(written.splitlines())


def destination(target: str) -> Body:
    """A number or a SIP address as a destination."""
    if target.lower().startswith(_SIP):
        return {"type": "sip", "sipUri": target}
    return {"type": "number", "number": target}


def usable(body: Mapping[str, Any], types: Mapping[str, tuple[type, str]], problems: list[str]) -> Body:
    """The keys of `types` that hold what they should; the others are left out and told."""
    problems += [f"{key} cannot be said here" for key in body if key not in types]
    given = {key: wanted for key, wanted in types.items() if key in body}
    return {key: body[key] for key, wanted in given.items() if _fits(key, body[key], wanted, problems)}


def _fits(key: str, value: Any, wanted: tuple[type, str], problems: list[str]) -> bool:
    type_, word = wanted
    if isinstance(value, type_) and value != "" and _is_json(value):
        return True
    problems.append(f"{key} is not {word}")
    return False


def _is_json(value: Any) -> bool:
    try:
        jsonable(value)
    except ValueError:
        return False
    return True
