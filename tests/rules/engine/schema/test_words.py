from __future__ import annotations

import pytest

from rules.engine.schema.words import (
    Computed,
    Schema,
    anything,
    choice,
    closed,
    described,
    documented,
    duration,
    given,
    hidden,
    one_or_many,
    pattern,
    sentence,
    suggested,
    templated,
    text,
    whole,
)
from tests.rules.engine.schema.support import fits


def test_hover_text_is_plain_and_markdown() -> None:
    made = described({"type": "string"}, "the `id` of it", "id: 7")
    assert made["description"] == "The id of it."
    assert made["markdownDescription"] == "The `id` of it.\n\n```yaml\nid: 7\n```"


@pytest.mark.parametrize(("written", "said"), [("", ""), ("what is it?", "What is it?"), ("two. Words", "Two. Words.")])
def test_sentences(written: str, said: str) -> None:
    assert sentence(written) == said


def test_what_has_no_schema_is_any_value_with_hover_text() -> None:
    made = documented(["a", "b"], {"a": {"type": "integer"}}, {"b": ("what b is", "")})
    assert (made["a"]["type"], made["b"]["description"]) == ("integer", "What b is.")
    values: list[object] = [1, "x", None, [], {}, True]
    assert all(fits(made["b"], value) for value in values)


@pytest.mark.parametrize("value", ["300ms", "1m30s", " 4s ", 3, 0.5])
def test_durations(value: object) -> None:
    assert fits(duration(), value)
    assert fits(templated(duration()), value)


@pytest.mark.parametrize("value", ["3", "4 s", "s", "", -1, None, True, []])
def test_no_durations(value: object) -> None:
    assert not fits(duration(), value)


def test_longer_than_nothing() -> None:
    assert fits(duration(), 0)
    assert not fits(duration(some=True), 0)
    assert not fits(duration(some=True), "0s")
    assert fits(duration(some=True), "10s")


def test_a_choice_tells_what_its_words_mean() -> None:
    made = choice({"stop": "it `fails`", "go": ""})
    assert made["enum"] == ["stop", "go"]
    assert made["enumDescriptions"] == ["It fails.", ""]
    assert made["markdownEnumDescriptions"] == ["It `fails`.", ""]
    assert "enumDescriptions" not in choice({"stop": ""})


def test_one_or_many() -> None:
    made = one_or_many(text())
    assert all(fits(made, value) for value in ("a", ["a", "b"], []))
    assert not fits(made, [["a"]])
    assert not fits(made, {})


def test_a_closed_map() -> None:
    made = closed({"a": text()}, ["a"])
    assert fits(made, {"a": "x"})
    assert not fits(made, {})
    assert not fits(made, {"a": "x", "b": "x"})


def test_suggestions_forbid_nothing() -> None:
    made = suggested(["a"])
    assert fits(made, "z")
    assert made["anyOf"][0] == {"enum": ["a"]}
    assert suggested([]) == text()


def test_numbers_of_phones_may_stand_without_quotes_in_editors() -> None:
    assert fits(text(), 31850000001)
    assert not fits(text(), None)


def test_a_key_with_a_value() -> None:
    condition = given("on", {"const": "x"})
    assert fits(condition, {"on": "x"})
    assert not fits(condition, {"on": "y"})
    assert not fits(condition, {})


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (whole(), 3, "three"),
        ({"type": "boolean"}, True, "yes"),
        ({"type": "array", "items": whole()}, [1, "${{ x }}"], [1, "two"]),
        ({"type": "object", "additionalProperties": whole()}, {"a": "${{ x }}"}, {"a": "b"}),
        (closed({"a": {"type": "boolean"}}), {"a": "${{ x }}"}, {"a": "b"}),
        (choice({"GET": "", "PUT": ""}), "PUT", "POST"),
        (pattern("^[a-z]+$", "small letters"), "abc", "ABC"),
        ({"type": "string", "format": "date-time"}, "2026-01-01T00:00:00Z", 3),
        ({"anyOf": [whole(), {"type": "array", "items": whole()}]}, [1], "one"),
    ],
)
def test_everything_may_be_computed(schema: Schema, good: object, bad: object) -> None:
    made = templated(schema)
    assert fits(made, good)
    assert fits(made, "${{ vars.x }}")
    assert not fits(made, bad)
    assert not fits(schema, "${{ vars.x }}") or schema.get("type") == "string"


def test_text_may_be_computed_whatever_its_length() -> None:
    made = templated({"type": "string", "maxLength": 3, "minLength": 1})
    assert fits(made, "${{ vars.something }}")
    assert not fits(made, "")


def test_any_value_stays_any_value() -> None:
    assert templated({}) == {}
    assert fits(templated(anything()), None)


def test_other_texts_may_stand_for_values() -> None:
    made = templated(whole(), Computed(r"\$\{[A-Z]+\}", "or a variable"))
    assert fits(made, "${PORT}")
    assert not fits(made, "${{ port }}")
    assert "or a variable" in made["patternErrorMessage"]


def test_hidden_keys_are_not_offered_twice() -> None:
    assert hidden({"type": "object"})["doNotSuggest"] is True
