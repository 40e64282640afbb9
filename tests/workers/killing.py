"""Rules of one and of two steps, actions that fail, and workers that die under them."""

from __future__ import annotations

from typing import Any

import pytest

from store.event import Event
from tests.store.builders import an_event
from tests.workers.support import Poke, Shop

ONE = "on: status-update\nsteps: [{ id: s, action: test.poke, with: { value: 1 }%s }]\n"
TWO = """
on: status-update
if: '!has(memory.call.seen)'
steps:
  - { id: a, action: test.first, with: { value: 7 } }
  - { id: b, action: test.second, with: { value: '${{ steps.a.value }}' } }
"""


class Killed(BaseException):
    """The process ends here."""


def failing(error: BaseException) -> Any:
    async def body(*_: Any) -> Any:
        raise error

    return body


async def killed_in(shop: Shop, poke: Poke) -> Event:
    """A worker that dies in the midst of a step, and its lease has run out."""
    body, poke.body = poke.body, failing(Killed())
    event = await shop.post(an_event())
    job, lease = await shop.take()
    with pytest.raises(BaseExceptionGroup):
        await shop.perform(job, lease)
    await shop.lose(lease)
    poke.body = body
    return event
