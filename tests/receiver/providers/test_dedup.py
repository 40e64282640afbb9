"""How keys are written."""

from __future__ import annotations

from receiver.providers.dedup import digest, of_tools, written_key
from store.event import ToolCall


def test_a_key_shows_the_kind_and_hides_the_rest() -> None:
    key = written_key("status-update", "call-_+31612340001", "ended")
    assert key.startswith("status-update:")
    assert "+316" not in key
    assert key == written_key("status-update", "call-_+31612340001", "ended")
    assert key != written_key("status-update", "call-_+31612340001", "ringing")


def test_tools_count_in_any_order() -> None:
    one, two = ToolCall(id="a", name="x", arguments={"n": 1}), ToolCall(id="b", name="x")
    assert of_tools([one, two]) == of_tools([two, one])
    assert of_tools([one]) != of_tools([ToolCall(id="a", name="x", arguments={"n": 2})])


def test_a_digest_does_not_depend_on_the_order_of_members() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert len(digest({})) == 40
