from __future__ import annotations

from typing import Any

from tests.console.web.pages.support import House

ROW: dict[str, Any] = {
    "connection": "desk", "number": "+31850000001", "wanted": "day", "until_ms": 0, "state": "drift",
    "present": "night", "present_name": "Night desk", "why": "somebody changed it", "since_ms": 5, "held": "",
    "done": False, "again": False,
}  # fmt: skip
LOOK = {"at_ms": 1_770_000_000_000, "file": "numbers.yaml", "mode": "live", "timezone": "UTC", "rows": [ROW]}


async def test_before_anybody_looked(desk: House) -> None:
    assert "No worker keeps numbers" in await desk.see("/numbers")


async def test_the_last_look_is_shown_with_what_drifted(desk: House) -> None:
    await desk.store.numbers.keep_look(LOOK)
    text = await desk.see("/numbers")
    assert "1 drift" in text
    assert "somebody changed it" in text
    assert "Night desk" in text
    assert "+31850000001" not in text
    assert "+31850000001" in await desk.send("/numbers/show", on="/numbers")
    assert await desk.deeds() == ["see the numbers that are kept"]


async def test_a_look_is_asked_for(desk: House) -> None:
    await desk.send("/numbers/look", on="/numbers")
    (asked,) = await desk.store.numbers.asked()
    assert asked.wish == "look"
    assert await desk.deeds() == ["look at numbers"]
