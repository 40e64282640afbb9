from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rules.engine.checks.fallbacks import check_fallbacks, losing, sentence
from rules.engine.vocabulary import ConnectionWords
from tests.rules.engine.vocab import FRONT_DESK, VOCABULARY

AUTO = replace(FRONT_DESK, generation="auto")
FILE = """\
connections:
  front_desk:
    provider: flireo
    fallback:
      tool-calls: { result: Later. }
      assistant-request: { reject: We are closed. }
"""


def losing_on_g1() -> ConnectionWords:
    return replace(AUTO, incoming=("g1",), fallback={"assistant-request": {"reject": "We are closed."}})


@pytest.mark.parametrize(
    ("incoming", "fallback", "lost"),
    [
        (("g1", "g2", "g3"), {"default": True}, []),
        (("g1", "g2", "g3"), {"reject": "x"}, ["g1"]),
        (("g1", "g2", "g3"), {"transfer": "+31850000001"}, ["g1", "g2"]),
        (("g3",), {"transfer": "+31850000001"}, []),
        (("g3",), {}, ["g3"]),
        (("g3",), {"metadata": {}}, ["g3"]),
        (("g3",), {"variables": {"a": "b"}}, []),
        ((), {}, []),
    ],
)
def test_where_a_fallback_loses_the_call(
    incoming: tuple[str, ...], fallback: dict[str, object], lost: list[str]
) -> None:
    words = replace(AUTO, incoming=incoming, fallback={"assistant-request": fallback})
    assert [generation for generation, _ in losing(words)] == lost


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (FILE, (6, 7)),
        (FILE.replace("assistant-request", "other"), (4, 5)),
        ("connections: { other: {} }\n", (1, 1)),
        ("[", (1, 1)),
        (None, (1, 1)),
    ],
)
def test_the_place_is_in_the_connections_file(tmp_path: Path, text: str | None, place: tuple[int, int]) -> None:
    path = tmp_path / "connections.yaml"
    if text is not None:
        path.write_text(text)
    words = replace(VOCABULARY, connections={"front_desk": losing_on_g1()}, connections_file=str(path))
    (finding,) = check_fallbacks(words)
    assert (finding.path, finding.line, finding.column) == (str(path), *place)
    assert (finding.rule, finding.code, finding.severity) == ("front_desk", "loses-call", "error")
    assert "reject, which loses the call on g1; give assistant-request" in finding.message


def test_a_platform_without_generations_is_named_itself() -> None:
    words = replace(
        FRONT_DESK, provider="vapi", answers={"assistant-request": {"": frozenset({"assistant", "reject"})}},
        generations=("",), incoming=("",), fallback={"assistant-request": {"default": True}},
    )  # fmt: skip
    ((generation, instead),) = losing(words)
    assert instead == "assistant or reject"
    assert sentence(words, generation) == "to assistant-request is default, which loses the call on vapi"


def test_variables_alone_are_for_a_saved_assistant() -> None:
    words = replace(
        FRONT_DESK, answers={"assistant-request": {"": frozenset({"assistant", "variables"})}}, incoming=("",),
        fallback={"assistant-request": {"variables": {"a": "b"}}},
    )  # fmt: skip
    assert [instead for _, instead in losing(words)] == ["assistant"]
