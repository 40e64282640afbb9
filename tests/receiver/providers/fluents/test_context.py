"""What the context endpoint is told."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.fluents.context import body


def told(answer: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    problems: list[str] = []
    return body(answer, problems), problems


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, {}),
        ({"default": True}, {}),
        ({"variables": {}}, {}),
        ({"variables": {"first_name": "Ada"}}, {"first_name": "Ada"}),
        ({"default": True, "variables": {"first_name": "Ada"}}, {"first_name": "Ada"}),
        (
            {
                "variables": {
                    "n": 3,
                    "x": 1.5,
                    "yes": True,
                    "list": ["a"],
                    "map": {"a": "b"},
                    "nobody": None,
                    "empty": "",
                }
            },
            {"n": "3", "x": "1.5", "yes": "true", "list": '["a"]', "map": '{"a":"b"}', "empty": ""},
        ),
    ],
)
def test_variables_are_texts(answer: dict[str, Any], expected: dict[str, str]) -> None:
    assert told(answer) == (expected, [])


@pytest.mark.parametrize("key", ["assistant", "config", "reject", "transfer", "override", "metadata", "max_duration"])
def test_nothing_else_can_be_said(key: str) -> None:
    assert told({key: "x", "variables": {"a": "b"}}) == ({"a": "b"}, [f"{key} cannot be said to a context endpoint"])


@pytest.mark.parametrize("variables", [None, "x", ["x"], {"x": {1}}, {"x": b"x"}])
def test_what_is_no_map_of_json_is_nothing(variables: Any) -> None:
    assert told({"variables": variables}) == ({}, ["variables is not an object"])


ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()


@given(
    st.dictionaries(
        st.sampled_from(["variables", "default", "x"]), ANY | st.dictionaries(st.text() | st.integers(), ANY)
    )
)
def test_a_flat_object_of_texts_whatever_the_answer(answer: dict[str, Any]) -> None:
    sent = orjson.loads(orjson.dumps(told(answer)[0]))
    assert all(isinstance(value, str) for value in sent.values())
