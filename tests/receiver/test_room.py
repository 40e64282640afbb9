from __future__ import annotations

import contextlib

import pytest

from receiver.room import SMALL, NoRoom, Room


def test_each_sort_of_request_has_places_of_its_own() -> None:
    room = Room(2, 0)
    with room.place(waits=False) as first, room.place(waits=False) as second, room.place(waits=False) as third:
        assert (first, second, third) == (True, True, False)
        with room.place(waits=True) as caller:
            assert caller
        assert room.in_work == {True: 0, False: 2}
    assert room.in_work == {True: 0, False: 0}


def test_a_place_comes_free_whatever_happened() -> None:
    room = Room(1, 0)
    for _ in range(3):
        with contextlib.suppress(KeyError), room.place(waits=True) as has_place:
            assert has_place
            raise KeyError


def test_small_bodies_are_always_read() -> None:
    with Room(1, 0).body() as grown:
        grown(SMALL)
        with pytest.raises(NoRoom):
            grown(SMALL + 1)


def test_large_bodies_share_what_there_is() -> None:
    room = Room(1, 250_000)
    with room.body() as first, room.body() as second:
        for size in (50_000, 100_000, 150_000):
            first(size)
        assert room.held == 150_000
        second(90_000)
        with pytest.raises(NoRoom):
            second(110_000)
        assert room.held == 240_000
    assert room.held == 0
