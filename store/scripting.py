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
from redis.exceptions import ConnectionError, NoScriptError, OutOfMemoryError, ReadOnlyError, TimeoutError

from store import keys

_FOLDER = Path(__file__).parent / "scripts"

Argument = bytes | str | int | float

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
    wanted = script(name)
    try:
        return await redis.evalsha(wanted.sha, 0, *arguments)  # type: ignore[misc, arg-type]
    except NoScriptError:
        return await redis.eval(wanted.text, 0, *arguments)  # type: ignore[misc, arg-type]


async def run_many(redis: Redis, name: str, calls: Sequence[Sequence[Argument]]) -> list[Any]:
    """Run a script once for each list of arguments, in one round trip; errors come back in their place."""
    wanted = script(name)
    results = await _pipelined(redis, "EVALSHA", wanted.sha, calls)
    unknown = [index for index, result in enumerate(results) if isinstance(result, NoScriptError)]
    if unknown:
        again = await _pipelined(redis, "EVAL", wanted.text, [calls[index] for index in unknown])
        for index, result in zip(unknown, again, strict=True):
            results[index] = result
    return results


async def _pipelined(redis: Redis, command: str, what: str, calls: Sequence[Sequence[Argument]]) -> list[Any]:
    async with redis.pipeline(transaction=False) as pipeline:
        for arguments in calls:
            pipeline.execute_command(command, what, 0, *arguments)
        return list(await pipeline.execute(raise_on_error=False))
