"""The tools of one delivery, each with an id of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from store.event import ToolCall

Asked = tuple[str, str, dict[str, Any]]
"""Id, name and arguments, as the platform sent them."""


def tool_calls(asked: Iterable[Asked]) -> list[ToolCall]:
    """In order of request. A missing id becomes `unnamed`, and an id that was there before gets a number behind it."""
    taken: set[str] = set()
    calls = []
    for id_, name, arguments in asked:
        own = _free(id_ or "unnamed", taken)
        taken.add(own)
        calls.append(ToolCall(id=own, name=name, arguments=arguments))
    return calls


def all_named(asked: Sequence[Asked]) -> bool:
    """Whether the platform gave every tool an id and no two of them the same."""
    ids = [id_ for id_, _, _ in asked]
    return all(ids) and len(set(ids)) == len(ids)


def _free(wanted: str, taken: set[str]) -> str:
    candidate, count = wanted, 1
    while candidate in taken:
        count += 1
        candidate = f"{wanted}#{count}"
    return candidate
