"""What all actions together are: a table by name, and what each platform can do of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from workers.actions.base import Action


class DuplicateAction(Exception):
    """Two actions of one name."""


def registry(actions: Iterable[Action]) -> dict[str, Action]:
    """Name → action; raises DuplicateAction instead of letting one replace another."""
    table: dict[str, Action] = {}
    for each in actions:
        if each.name in table:
            raise DuplicateAction(f"{each.name} is declared twice")
        table[each.name] = each
    return table


def capabilities(actions: Mapping[str, Action]) -> dict[str, dict[str, frozenset[str]]]:
    """Action → provider → generations that can do it, for actions that need a platform."""
    return {name: dict(each.platforms) for name, each in actions.items() if each.platforms is not None}


_WORDS: Mapping[Any, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "bool",
    datetime: "timestamp",
    dict: "map",
    list: "list",
    tuple: "list",
}


def output_words(model: type[BaseModel]) -> dict[str, str]:
    """Field → type word (string, number, bool, timestamp, map, list or dyn) of an action's output."""
    return {info.alias or name: _word(info.annotation) for name, info in model.model_fields.items()}


def output_docs(model: type[BaseModel]) -> dict[str, str]:
    """Field → what it means."""
    return {info.alias or name: info.description or "" for name, info in model.model_fields.items()}


def _word(annotation: Any) -> str:
    origin = get_origin(annotation) or annotation
    if origin in (Union, UnionType):
        words = {_word(part) for part in get_args(annotation) if part is not NoneType}
        return words.pop() if len(words) == 1 else "dyn"
    if isinstance(origin, type) and issubclass(origin, BaseModel):
        return "map"
    return _WORDS.get(origin, "dyn")
