"""Each tool call has an id of its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.toolcalls import Asked, all_named, tool_calls


def test_ids_and_order_are_kept() -> None:
    calls = tool_calls([("b", "one", {"x": 1}), ("a", "two", {})])
    assert [(call.id, call.name, call.arguments) for call in calls] == [("b", "one", {"x": 1}), ("a", "two", {})]


def test_missing_and_repeated_ids() -> None:
    asked: list[Asked] = [("", "t", {}), ("a", "t", {}), ("a", "t", {}), ("a#2", "t", {}), ("", "t", {})]
    assert [call.id for call in tool_calls(asked)] == ["unnamed", "a", "a#2", "a#2#2", "unnamed#2"]


def test_all_named() -> None:
    assert all_named([("a", "t", {}), ("b", "t", {})])
    assert not all_named([("a", "t", {}), ("", "t", {})])
    assert not all_named([("a", "t", {}), ("a", "t", {})])


@given(st.lists(st.sampled_from(["", "a", "a#2", "unnamed", "unnamed#2"])))
def test_no_two_share_an_id(ids: list[str]) -> None:
    calls = tool_calls([(id_, "t", {}) for id_ in ids])
    assert len({call.id for call in calls}) == len(ids)
