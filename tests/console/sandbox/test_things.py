from __future__ import annotations

from console.sandbox.things import with_id


def test_a_thing_is_found_by_its_id() -> None:
    things = [{"id": "a"}, {"id": "b", "x": 1}]
    assert with_id(things, "b") is things[1]
    assert with_id(things, "c") is None
