from __future__ import annotations

from typing import Any

from console.sandbox.things import with_id


def test_a_thing_is_found_by_its_id() -> None:
    things: list[dict[str, Any]] = [{"id": "a"}, {"id": "b", "x": 1}]
    assert with_id(things, "b") is things[1]
    assert with_id(things, "c") is None
