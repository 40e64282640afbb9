"""Lua scripts: read from `scripts/`, given the key names, and run by their hash.

Every script is safe to run twice with the same arguments, so an unknown outcome may always be asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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
from store.together import together

_FOLDER = Path(__file__).parent / "scripts"

Argument = bytes | str | int | float

MUST_BE_COPIED = frozenset(
    {"accept", "fire", "journal", "park", "bury", "revive", "memory", "spend", "hold", "unpause"}
)
"""Scripts whose writes count only once they are on the replicas. What the others write is found out again."""

COPY_MS = 400
"""Milliseconds a write waits for its copies: less than a receiver waits for the store."""

_TAKES_NOTHING = ("NOREPLICAS", "MISCONF", "MASTERDOWN")


class NotCopiedError(ConnectionError):
    """Too few replicas have the write, or the server takes none. It may be there all the same: ask again."""


STORE_AWAY = (ConnectionError, TimeoutError, ReadOnlyError, OutOfMemoryError)
"""The store cannot be reached or takes nothing at the moment: not the fault of whoever asked."""


@dataclass(frozen=True)
class Script:
    """One script's whole text and the hash the server knows it by."""

    name: str
    text: str
    sha: str


@cache
def script(name: str) -> Script:
    """The script `scripts/NAME.lua` with the shared preamble in front of it."""
    table = ", ".join(f"{key} = '{value}'" for key, value in sorted(keys.names().items()))
    parts = [f"local K = {{ {table} }}", _read("preamble"), _read(name)]
    text = "\n".join(parts)
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.lua").read_text(encoding="utf-8")


async def run(redis: Redis, name: str, *arguments: Argument) -> Any:
    """Run a script; sends its text only when the server does not know it yet."""
    if copies_of(redis) and name in MUST_BE_COPIED:
        (result,) = await run_many(redis, name, [arguments])
        if isinstance(result, BaseException):
            raise result
        return result
    wanted = script(name)
    try:
        return await together(redis).ask("EVALSHA", wanted.sha, 0, *arguments)
    except NoScriptError:
        return await together(redis).ask("EVAL", wanted.text, 0, *arguments)
    except ResponseError as error:
        raise _as_away(error) from error


async def run_many(redis: Redis, name: str, calls: Sequence[Sequence[Argument]]) -> list[Any]:
    """Run a script once for each list of arguments, in one round trip; errors come back in their place."""
    wanted = script(name)
    results = await _pipelined(redis, name, "EVALSHA", wanted.sha, calls)
    unknown = [index for index, result in enumerate(results) if isinstance(result, NoScriptError)]
    if unknown:
        again = await _pipelined(redis, name, "EVAL", wanted.text, [calls[index] for index in unknown])
        for index, result in zip(unknown, again, strict=True):
            results[index] = result
    return [_as_away(result) if isinstance(result, ResponseError) else result for result in results]


async def _pipelined(
    redis: Redis, name: str, command: str, what: str, calls: Sequence[Sequence[Argument]]
) -> list[Any]:
    """One round trip on one connection, so that a WAIT at its end is about all of its writes."""
    copies = copies_of(redis) if name in MUST_BE_COPIED else 0
    async with redis.pipeline(transaction=False) as pipeline:
        for arguments in calls:
            pipeline.execute_command(command, what, 0, *arguments)
        if copies:
            pipeline.execute_command("WAIT", copies, COPY_MS)
        results = list(await pipeline.execute(raise_on_error=False))
    return _copied(results[:-1], results[-1], copies) if copies else results


def _copied(results: list[Any], copied: Any, wanted: int) -> list[Any]:
    """The results, of which none counts when too few replicas have them."""
    if isinstance(copied, int) and copied >= wanted:
        return results
    error = NotCopiedError(f"on {copied} of {wanted} replicas after {COPY_MS} ms")
    return [result if isinstance(result, BaseException) else error for result in results]


def copies_of(redis: Redis) -> int:
    """How many replicas a write through this client must reach before it counts."""
    return getattr(redis, "copies", 0)


def _as_away(error: ResponseError) -> Exception:
    """A server that takes no writes at the moment is away, whatever its reason."""
    return NotCopiedError(str(error)) if str(error).startswith(_TAKES_NOTHING) else error
