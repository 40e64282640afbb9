from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.workers.clients.support import context
from workers.actions.ports.doubt import (
    CLOCKS_DIFFER,
    certainly_not,
    made_since,
    not_before,
    since,
    the_one,
    the_one_in,
)
from workers.clients.base import Listing
from workers.clients.errors import Conflict, InDoubtError

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_what_happened_just_before_counts_too() -> None:
    own = context(httpx.AsyncClient())
    own.tried_at = NOON
    assert since(own) == NOON - CLOCKS_DIFFER


def test_without_the_try_nothing_can_be_told() -> None:
    with pytest.raises(InDoubtError, match="when the try began"):
        since(context(httpx.AsyncClient()))


def test_what_has_a_time_is_before_or_not() -> None:
    assert not_before(NOON.isoformat(), NOON)
    assert not not_before((NOON - timedelta(seconds=1)).isoformat(), NOON)
    with pytest.raises(InDoubtError, match="does not tell its time"):
        not_before(None, NOON)


def test_one_is_it_and_several_are_for_a_person() -> None:
    assert the_one(["a"]) == "a"
    assert the_one([]) is None
    with pytest.raises(Conflict, match="2 that could be it"):
        the_one("ab")


def test_a_list_that_goes_on_proves_nothing() -> None:
    certainly_not(complete=True)
    with pytest.raises(InDoubtError, match="longer than is read"):
        certainly_not(complete=False)


def test_a_list_is_looked_through_to_its_end() -> None:
    assert the_one_in(Listing([1, 2], complete=False), lambda each: each == 2) == 2
    assert the_one_in(Listing([1, 2], complete=True), lambda each: each == 3) is None
    with pytest.raises(InDoubtError, match="longer than is read"):
        the_one_in(Listing([1, 2], complete=False), lambda each: each == 3)


def test_what_was_made_since_is_known_by_its_name() -> None:
    @dataclass
    class Made:
        name: str
        created_at: str

    old, new, other = Made("desk", "2026-11-21T11:00:00Z"), Made("desk", "2026-11-21T12:00:01Z"), Made("night", "")
    assert made_since(Listing([old, new, other], complete=True), NOON, "desk") is new
    assert made_since(Listing([old, other], complete=True), NOON, "desk") is None
    with pytest.raises(InDoubtError, match="does not tell its time"):
        made_since(Listing([other], complete=True), NOON, "night")
