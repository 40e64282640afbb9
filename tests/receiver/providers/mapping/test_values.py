from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.mapping.values import data_of, field_of, key_parts, section_of


@pytest.mark.parametrize(
    ("section", "name", "value", "found"),
    [
        ("call", "id", 7, "7"),
        ("call", "from", ["x"], ""),
        ("call", "direction", "inbound", "inbound"),
        ("call", "direction", "in", ""),
        ("call", "status", "ended", "ended"),
        ("call", "status", "hung-up", ""),
        ("call", "metadata", {"a": 1}, {"a": 1}),
        ("call", "metadata", '{"a": 1}', {"a": 1}),
        ("call", "metadata", "oops", {}),
        ("report", "duration", "94.5", 94.5),
        ("report", "duration", "long", 0.0),
        ("report", "messages", [{"a": 1}, 3], [{"a": 1}]),
        ("transcript", "final", True, True),
        ("transcript", "final", "true", False),
        ("detection", "result", "human", "human"),
        ("detection", "result", "a dog", ""),
    ],
)
def test_values_take_the_type_of_their_field(section: str, name: str, value: Any, found: Any) -> None:
    assert field_of(section, name, value) == found


def test_a_section_is_built_by_the_names_rules_write() -> None:
    call: Any = section_of("call", {"from": "+31612340001", "id": "c"})
    assert (call.from_, call.id, call.to) == ("+31612340001", "c", "")


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("a", "a"),
        (7, 7),
        (["a", 1], ["a", 1]),
        ("", None),
        (["a", ""], None),
        ([], None),
        (None, None),
        ([None], None),
        (0, 0),
    ],
)
def test_a_key_with_a_missing_part_is_none(value: Any, parts: Any) -> None:
    assert key_parts(value) == parts


def test_data_is_a_map() -> None:
    assert data_of({"a": 1}) == {"a": 1}
    assert data_of([1]) == {}
