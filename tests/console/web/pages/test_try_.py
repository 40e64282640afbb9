from __future__ import annotations

import html

import pytest

from tests.console.support import CALLER
from tests.console.web.pages.support import House, asked


async def tried(desk: House, expression: str, event: str = "evt_1") -> str:
    response = await desk.browser.send("/try", on="/try", event=event, expression=expression)
    assert response.status_code == 200
    return html.unescape(response.text)


async def test_an_expression_gives_its_value_and_what_it_saw(desk: House) -> None:
    await desk.handled(asked())
    text = await tried(desk, 'call.from.startsWith("+31") && tool.name == "find"')
    assert ">true<" in text
    assert "+316•••••01" in text
    assert CALLER not in text
    assert (await desk.deeds())[0] == "try an expression on event evt_1"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("call.form == 1", "column 1"), ("1 +", "column"), ('raw.nothing.there == ""', "nothing"),
        ("secrets.key", "secrets"), ("x" * 3000, "at most 2000"), ("", "empty"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_shown_with_its_column(desk: House, expression: str, said: str) -> None:
    await desk.handled(asked())
    assert said in await tried(desk, expression)


async def test_loops_within_loops_come_to_an_end(desk: House) -> None:
    await desk.handled(asked(data={"n": list(range(100))}), b'{"n": [' + b",".join(b"1" for _ in range(300)) + b"]}")
    deep = "raw.n.map(a, raw.n.map(b, raw.n.map(c, raw.n.map(d, a + b + c + d)))).size()"
    text = await tried(desk, deep)
    assert "problem" in text


async def test_without_an_event_it_says_so(desk: House) -> None:
    assert "There is no event evt_9" in await tried(desk, "true", "evt_9")
    assert await desk.deeds() == []


async def test_the_form_knows_the_event_it_came_from(desk: House) -> None:
    await desk.handled(asked())
    text = await desk.see("/try?event=evt_1")
    assert 'value="evt_1"' in text
    assert "<code>call.from</code>" in text
