from __future__ import annotations

from typing import Any

import pytest

from rules.engine.source.nodes import Map, Node
from rules.engine.source.reader import Reader
from rules.engine.source.yamlread import read_yaml
from tests.rules.engine.vocab import brief


def node(text: str) -> Node:
    root = read_yaml(f"key: {text}\n").root
    assert isinstance(root, Map)
    value = root.get("key")
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("method", "written", "value"),
    [
        ("text", "hello", "hello"),
        ("text", "42", "42"),
        ("number", "2.5", 2.5),
        ("number", "3", 3),
        ("duration", "1m", 60),
        ("duration", "5", 5),
    ],
)
def test_values_are_taken(method: str, written: str, value: Any) -> None:
    reader = Reader("f", "r")
    arguments = {"text": (), "number": (0,), "duration": (None,)}[method]
    assert getattr(reader, method)(node(written), "`key`", *arguments) == value
    assert reader.findings == []


@pytest.mark.parametrize(
    ("method", "written", "message"),
    [
        ("text", "[a]", "1:6 `key` must be text, this is a list"),
        ("text", "", "1:5 `key` must be text, this is nothing"),
        ("number", "'3'", "1:6 `key` must be a number without quotes, this is text"),
        ("number", "true", "1:6 `key` must be a number, this is true or false"),
        ("duration", "soon", '1:6 `key`: "soon" is not a duration; write for example 300ms, 4s, 1m30s, 2h or 7d'),
        ("duration", "[1]", "1:6 `key` must be a duration such as 4s, 10m or 2h, this is a list"),
    ],
)
def test_wrong_types_are_told_and_the_default_stands(method: str, written: str, message: str) -> None:
    reader = Reader("f", "r")
    defaults: dict[str, Any] = {"text": "", "number": 7, "duration": None}
    assert getattr(reader, method)(node(written), "`key`", defaults[method]) == defaults[method]
    assert brief(reader.findings) == [message]


def test_flags_choices_and_whole_numbers() -> None:
    reader = Reader("f", "r")
    assert reader.flag(node("true"), "`key`", default=False) is True
    assert reader.flag(node("yes"), "`key`", default=False) is False
    assert reader.choice(node("stpo"), "`key`", ("stop", "continue"), "stop") == "stop"
    assert reader.whole(node("2.5"), "`key`", 1) == 1
    assert reader.whole(node("0"), "`key`", 4) == 4
    assert brief(reader.findings) == [
        "1:6 `key` must be true or false, this is text; write true",
        '1:6 `key` is stop or continue, not "stpo"; did you mean "stop"?',
        "1:6 `key` must be a whole number",
        "1:6 `key` must be at least 1",
    ]


def test_one_or_many() -> None:
    reader = Reader("f", "r")
    assert [word for word, _ in reader.words(node("a"), "`key`")] == ["a"]
    assert [word for word, _ in reader.words(node("[a, b]"), "`key`")] == ["a", "b"]
    assert list(reader.listed(None)) == []


def test_unknown_keys_are_suggested_or_listed() -> None:
    reader = Reader("f", "r")
    fields = reader.map(node("{ cuont: 1, zebra: 2 }"), "`limit`")
    assert fields is not None
    reader.known(fields, ("count", "per"), "`limit`")
    assert brief(reader.findings) == [
        '1:8 unknown key "cuont"; did you mean "count"?',
        '1:18 unknown key "zebra"; `limit` has count or per',
    ]
