"""Time limits for requests: what `asyncio.timeout` does, with one timer for all of them.

A timer for each limit costs more than checking a signature, and nearly all are taken back unused. Here the timer of the
earliest limit stands for the later ones, too: when it rings, what is over is ended and the timer is set to the next.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from weakref import WeakKeyDictionary


class Clock:
    """The limits of one event loop."""

    def __init__(self) -> None:
        self._limits: set[Limit] = set()
        self._timer: asyncio.Handle | None = None
        self._rings_at = 0.0

    def add(self, limit: Limit) -> None:
        """Watch a limit."""
        self._limits.add(limit)
        if self._timer is None or limit.when < self._rings_at:
            self._set(limit.when)

    def remove(self, limit: Limit) -> None:
        """It was kept. The timer stays: the next limit most likely needs one no earlier."""
        self._limits.discard(limit)

    def _set(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._rings_at = asyncio.get_running_loop().call_at(when, self._ring), when

    def _ring(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for limit in [limit for limit in self._limits if limit.when <= now]:
            self._limits.discard(limit)
            limit.expire()
        if self._limits:
            self._set(min(limit.when for limit in self._limits))


_CLOCKS: WeakKeyDictionary[asyncio.AbstractEventLoop, Clock] = WeakKeyDictionary()


class Limit(AbstractContextManager["Limit"]):
    """Around what may take so many seconds: it is cancelled then, and TimeoutError raised in its place."""

    __slots__ = ("_cancelling", "_clock", "_expired", "_task", "when")

    def __init__(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None  # noqa: S101
        self._clock = _CLOCKS.get(loop) or _CLOCKS.setdefault(loop, Clock())
        self._task, self._cancelling, self._expired = task, task.cancelling(), False
        self.when = loop.time() + seconds

    def __enter__(self) -> Limit:
        self._clock.add(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        self._clock.remove(self)
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def expire(self) -> None:
        """The time is over."""
        self._expired = True
        self._task.cancel()
