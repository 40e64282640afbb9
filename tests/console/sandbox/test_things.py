from __future__ import annotations

from typing import Any

from console.sandbox.things import Shelves, with_id


def test_a_thing_is_found_by_its_id() -> None:
    things: list[dict[str, Any]] = [{"id": "a"}, {"id": "b", "x": 1}]
    assert with_id(things, "b") is things[1]
    assert with_id(things, "c") is None


def test_a_shelf_is_found_by_its_name() -> None:
    class Account(Shelves):
        cups: list[dict[str, Any]] = [{"id": "a"}]  # noqa: RUF012

    assert Account().kept("cups") == [{"id": "a"}]
