"""Lua scripts: read from `scripts/`, given the key names, and run by their hash.

Every script is safe to run twice with the same arguments, so an unknown outcome may always be asked again.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import (
    ConnectionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
)

from store import keys
from store.together import NotCopiedError, copies_of, together

_FOLDER = Path(__file__).parent / "scripts"

Argument = bytes | str | int | float

MUST_BE_COPIED = frozenset(
    {"accept", "fire", "journal", "park", "bury", "revive", "memory", "spend", "hold", "unpause", "note"}
)
"""Scripts whose writes count only once they are on the replicas. What the others write is found out again."""

_END = re.compile(r"(?<=^end)\n+", re.MULTILINE)
_NAME = re.compile(r"^local function (\w+)", re.MULTILINE)
_KEY = re.compile(r"\bK\.(\w+)")

_TAKES_NOTHING = ("NOREPLICAS", "MISCONF", "MASTERDOWN")
"""How a server answers that takes no writes at the moment: it is away, whatever its reason."""


STORE_AWAY = (ConnectionError, TimeoutError, ReadOnlyError, OutOfMemoryError)
"""The store cannot be reached or takes nothing at the moment: not the fault of whoever asked."""


def is_away(error: BaseException) -> bool:
    """Whether an error means that, whichever command it was the answer to."""
    return isinstance(error, STORE_AWAY) or (isinstance(error, ResponseError) and str(error).startswith(_TAKES_NOTHING))


@dataclass(frozen=True)
class Script:
    """One script's whole text and the hash the server knows it by."""

    name: str
    text: str
    sha: str


@cache
def script(name: str) -> Script:
    """The script `scripts/NAME.lua`, after what it needs of the shared preamble, with the names of the keys put in."""
    text = _read(name)
    for function in reversed(_END.split(_read("preamble").rstrip())):
        (called,) = _NAME.findall(function)
        if re.search(rf"\b{called}\(", text):
            text = f"{function}\n{text}"
    known = keys.names()
    text = _KEY.sub(lambda key: f"'{known[key[1]]}'", text)
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.lua").read_text(encoding="utf-8")


async def run(redis: Redis, name: str, *arguments: Argument, patient: bool = False) -> Any:
    """Run a script, in company; sends its text only when the server does not know it yet. `patient`: see Together."""
    company = together(redis, copies=copies_of(redis) if name in MUST_BE_COPIED else 0)
    wanted = script(name)
    try:
        try:
            return await company.ask("EVALSHA", wanted.sha, 0, *arguments, patient=patient)
        except NoScriptError:
            return await company.ask("EVAL", wanted.text, 0, *arguments, patient=patient)
    except ResponseError as error:
        if not is_away(error):
            raise
        raise NotCopiedError(str(error)) from error
