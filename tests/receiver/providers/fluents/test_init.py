"""The provider as a whole."""

from __future__ import annotations

import pytest

from receiver.providers.fluents import Fluents
from receiver.providers.fluents.normalise import KINDS
from store.event import KINDS as OURS
from store.event import Event


@pytest.mark.parametrize("kind", sorted(set(KINDS.values())))
def test_how_long_each_kind_is_waited_for(kind: str) -> None:
    expected = {"tool-calls": 8.0, "assistant-request": 2.0}.get(kind)
    assert Fluents().deadline(Event(kind=kind)) == expected
    assert (expected is not None) == OURS[kind].waits


def test_the_ways_in() -> None:
    assert Fluents().doors == {"": {"GET", "POST"}, "tools": {"POST"}, "context": {"GET", "POST"}}


def test_there_are_nine_subscriptions_and_two_questions() -> None:
    assert len(KINDS) == 11
    assert sum(native.startswith("event_") for native in KINDS) == 9
