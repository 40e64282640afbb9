from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.web.book import Pages, read_pages
from console.web.settings import ConsoleSettings
from console.web.trying import Tried, try_expression
from tests.console.support import tool_is_run
from workers.desk import event_view

VIEW = event_view(tool_is_run("find"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    folder: Path = tmp_path_factory.mktemp("rules")
    (folder / "vars.yaml").write_text("greeting: hello\n")
    (folder / "c.yaml").write_text("connections: {}\n")
    return read_pages(ConsoleSettings(rules_dir=folder, connections=folder / "c.yaml", data_dir=folder))


async def tried(text: str, pages: Pages) -> Tried:
    memory = {"caller": {"calls": 3}}
    return await try_expression(text, VIEW, VIEW.tools[0], pages, memory)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('tool.name == "find"', True), ("vars.greeting + '!'", "hello!"), ("double(memory.caller.calls) + 1.0", 4.0),
        ("[1, 2].map(x, x * 2)", [2, 4]), ("call.metadata", {}),
    ],
)  # fmt: skip
async def test_it_gives_what_a_rule_would_see(text: str, value: object, pages: Pages) -> None:
    found = await tried(text, pages)
    assert (found.value, found.problems) == (value, ())


async def test_the_place_of_a_mistake_is_told(pages: Pages) -> None:
    found = await tried("true &&\n  call.form == 1", pages)
    (said,) = found.problems
    assert (said.column, said.line) == (3, "  call.form == 1")
    assert said.caret == "  ^"


async def test_what_it_saw_is_told_when_it_fails(pages: Pages) -> None:
    found = await tried('call.metadata.nothing == "x"', pages)
    assert found.problems
    assert "call.metadata.nothing" in found.seen


@settings(max_examples=50)
@given(text=st.text(max_size=60))
async def test_no_text_breaks_it(text: str, pages: Pages) -> None:
    found = await tried(text, pages)
    assert found.problems or found.value is not None or text
