from __future__ import annotations

from typing import Any

import pytest

from rules.engine.source.nodes import Items, Map, Scalar, resolve, scalars
from rules.engine.source.yamlread import read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("3", 3),
        ("-3", -3),
        ("0", 0),
        ("2.5", 2.5),
        ("1e3", 1000.0),
        ("+31850000001", "+31850000001"),
        ("0612345678", "0612345678"),
        ("18:00", "18:00"),
        ("2026-03-02", "2026-03-02"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("1.2.3", "1.2.3"),
        ("٣", "٣"),
    ],
)
def test_only_a_few_plain_words_are_not_text(text: str, value: Any) -> None:
    resolved = resolve(text)
    assert resolved == value
    assert type(resolved) is type(value)


def root(text: str) -> Map:
    node = read_yaml(text).root
    assert isinstance(node, Map)
    return node


def test_quotes_make_text_of_anything() -> None:
    assert root("a: 'true'\nb: \"3\"\nc: |\n  4\n").plain == {"a": "true", "b": "3", "c": "4\n"}


def test_maps_answer_by_key_and_know_their_keys_places() -> None:
    node = root("a: 1\nb: [x, {c: d}]\n")
    assert node.words() == ["a", "b"]
    assert node.get("missing") is None
    key = node.key("b")
    assert key is not None
    assert (key.line, key.column) == (2, 1)
    items = node.get("b")
    assert isinstance(items, Items)
    assert [scalar.text for scalar in scalars(node)] == ["1", "x", "d"]


def test_words_for_what_stands_there() -> None:
    node = root("a: 1\nb: x\nc: true\nd:\ne: []\n")
    assert [entry.value.word for entry in node.entries] == ["a number", "text", "true or false", "nothing", "a list"]
    assert node.word == "a map"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: find @ here", (1, 9)),
        ("a: 'it''s @ here'", (1, 11)),
        ('a: "tab\\t\\u00e9@"', (1, 16)),
        ("a: |\n    one\n      two @\n", (3, 11)),
        ("a: |-\n\n    one\n    @\n", (4, 5)),
        ("a: >\n  one two\n  three @\n", (3, 9)),
        ("a: one\n  two @\n", (2, 7)),
        ("a: 'one\n  two @'\n", (2, 7)),
        ("- b: [x, y @]", (1, 12)),
    ],
)
def test_a_character_is_found_in_the_file(text: str, place: tuple[int, int]) -> None:
    document = read_yaml(text).root
    assert document is not None
    scalar = next(node for node in scalars(document) if "@" in node.text)
    assert scalar.locate(scalar.text.index("@")) == place


def test_locating_never_fails() -> None:
    assert Scalar(3, 5, "abc", ">").locate(2) == (3, 5)
    assert Scalar(3, 5, "abc", "").locate(50) == (3, 55)
