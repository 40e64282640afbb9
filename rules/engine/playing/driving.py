"""Playing without waiting: where every step is a stub, a rule is played to its end without an event loop."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Waited(RuntimeError):
    """A step waited for something outside."""


def driven(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never really waits; raises Waited for one that does."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    coroutine.close()
    raise Waited
