from __future__ import annotations

import re
from typing import Any

from rules.engine.numbers.read import document_of
from tests.console.web.pages.support import House

MAIN = "+31850000001"
ROW: dict[str, Any] = {
    "connection": "desk", "number": MAIN, "wanted": "day", "until_ms": 0, "state": "drift",
    "present": "night", "present_name": "Night desk", "why": "somebody changed it", "since_ms": 5, "held": "",
    "done": False, "again": False,
}  # fmt: skip
LOOK = {"at_ms": 1_770_000_000_000, "file": "numbers.yaml", "mode": "live", "timezone": "UTC", "every": 900.0,
        "rows": [ROW]}  # fmt: skip
FILE = 'numbers: {desk: {"+31850000001": {when: {hours: {mon-sun: "09:00-18:00"}, agent: day}, otherwise: night}}}'


async def kept(desk: House, *rows: dict[str, Any]) -> str:
    """A worker keeps numbers and has looked; the page of the first one."""
    await desk.store.numbers.tend("w1", 600)
    await desk.store.numbers.keep_file(document_of(FILE, "timezone: Europe/Amsterdam\n"))
    await desk.store.numbers.keep_look(LOOK | {"rows": rows or (ROW,)})
    found = re.search(r'href="(/numbers/\w+)"', await desk.see("/numbers"))
    assert found
    return found[1]


async def test_without_a_file_it_says_how_to_begin(desk: House) -> None:
    text = await desk.see("/numbers")
    assert f"There is no <code>numbers.yaml</code> in <code>{desk.rules}</code>" in text
    assert "mode: shadow" in text
    assert "there is no numbers.yaml" in await desk.send("/numbers/look", on="/numbers")
    assert await desk.store.numbers.asked() == []


async def test_with_a_file_that_nobody_keeps_to_it_says_why(desk: House) -> None:
    (desk.rules / "numbers.yaml").write_text(FILE)
    assert "No number is kept at this moment: no worker is running" in await desk.see("/numbers")


async def test_the_last_look_is_shown_with_what_drifted(desk: House) -> None:
    await kept(desk)
    text = await desk.see("/numbers")
    assert "1 drift" in text
    assert "somebody changed it" in text
    assert "Night desk" in text
    assert MAIN not in text
    assert MAIN in await desk.send("/numbers/show", on="/numbers")
    assert await desk.deeds() == ["see the numbers that are kept"]


async def test_a_look_is_asked_for(desk: House) -> None:
    await kept(desk)
    text = await desk.send("/numbers/look", on="/numbers")
    (asked,) = await desk.store.numbers.asked()
    assert asked.wish == "look"
    assert "data-follow" in text
    assert await desk.deeds() == ["look at numbers"]


async def test_one_number_has_its_plan_and_its_past(desk: House) -> None:
    path = await kept(desk)
    entry = {"at_ms": 5, "connection": "desk", "number": MAIN, "what": "linked", "from": "day", "to": "night",
             "by": "berta", "why": ""}  # fmt: skip
    await desk.store.numbers.note(1, {}, [entry, entry | {"number": "+31850000002", "by": "carl"}])
    text = await desk.see(path)
    assert MAIN not in text
    assert "berta" in text
    assert "carl" not in text
    assert "From (UTC)" in text
    assert len(re.findall(r"\d\d:00</time></td><td>", text)) >= 5
    await desk.see("/numbers/0123456789", 404)
