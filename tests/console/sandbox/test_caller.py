from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.sandbox.caller import NO_ASSISTANT, read_pickup, read_tool_results, spoken
from console.sandbox.courier import Reply
from console.sandbox.script import GENERATIONS, Generation

FULL = {"model": {}, "voice": {}, "firstMessage": "Hallo"}
LATE = Reply(0, error="no answer within 5 s")


def said(body: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode())


class TestPickup:
    def test_g1_takes_a_full_configuration(self) -> None:
        pickup = read_pickup("g1", said({"assistant": FULL | {"maxDurationSeconds": 600}}))
        assert (pickup.outcome, pickup.config["firstMessage"], pickup.max_duration) == ("override", "Hallo", 600)
        assert pickup.problems == ()

    def test_g1_names_what_a_full_configuration_lacks(self) -> None:
        pickup = read_pickup("g1", said({"assistant": {"firstMessage": "Hallo", "voice": {}}}))
        assert pickup.outcome == "override"
        assert pickup.problems == ("assistant-request: `assistant` is not a full configuration, it has no `model`",)

    @pytest.mark.parametrize(
        "reply",
        [LATE, said({}), said({"assistant": {}}), said({"assistant": FULL}, 500), said([]), Reply(200, b"<html>")],
    )
    def test_g1_loses_the_call_otherwise(self, reply: Reply) -> None:
        pickup = read_pickup("g1", reply)
        assert (pickup.outcome, pickup.words) == ("lost", NO_ASSISTANT)
        assert len(pickup.problems) == 1

    @pytest.mark.parametrize("generation", ["g2", "g3"])
    @pytest.mark.parametrize("reply", [LATE, said({}, 503), said("hi"), Reply(200, b"")])
    def test_later_ones_fall_back_to_the_saved_configuration(self, generation: Generation, reply: Reply) -> None:
        pickup = read_pickup(generation, reply)
        assert pickup.outcome == "saved"
        assert len(pickup.problems) == 1

    @pytest.mark.parametrize("generation", ["g2", "g3"])
    def test_an_empty_object_is_the_saved_configuration(self, generation: Generation) -> None:
        pickup = read_pickup(generation, said({}))
        assert (pickup.outcome, pickup.problems) == ("saved", ())

    @pytest.mark.parametrize("generation", ["g2", "g3"])
    def test_an_error_rejects_and_is_spoken(self, generation: Generation) -> None:
        pickup = read_pickup(generation, said({"error": "We are closed."}))
        assert (pickup.outcome, pickup.words) == ("rejected", "We are closed.")

    def test_g2_durations_are_beside_the_assistant(self) -> None:
        pickup = read_pickup("g2", said({"assistant": {"firstMessage": "Hi"}, "maxDurationSeconds": 300}))
        assert (pickup.outcome, pickup.max_duration, pickup.problems) == ("override", 300, ())

    def test_a_duration_inside_the_assistant_has_no_effect(self) -> None:
        pickup = read_pickup("g3", said({"assistant": {"max_duration_seconds": 300}}))
        assert pickup.max_duration is None
        assert "assistant.max_duration_seconds" in pickup.problems[0]

    def test_g3_names_a_saved_assistant(self) -> None:
        pickup = read_pickup("g3", said({"assistant_id": "a1", "assistant_override": {"metadata": {"k": 1}}}))
        assert (pickup.outcome, pickup.assistant_id, pickup.config) == ("hybrid", "a1", {"metadata": {"k": 1}})
        assert pickup.problems == ()

    def test_g2_cannot_name_a_saved_assistant(self) -> None:
        pickup = read_pickup("g2", said({"assistant_id": "a1"}))
        assert pickup.outcome == "saved"
        assert "`assistant_id` is not read" in pickup.problems[0]

    @pytest.mark.parametrize(
        ("generation", "key"),
        [("g2", "first_message"), ("g2", "max_duration_seconds"), ("g3", "firstMessage"), ("g3", "analysisPlan")],
    )
    def test_the_other_spelling_is_told(self, generation: Generation, key: str) -> None:
        pickup = read_pickup(generation, said({"assistant": {key: "x", "llm_config": {}}}))
        assert pickup.problems == (
            f"assistant-request: `assistant.{key}` is not read by this generation, it has no effect",
        )

    def test_a_receipt_is_no_reply(self) -> None:
        pickup = read_pickup("g3", said({"event_id": "evt_1"}))
        assert pickup.outcome == "saved"
        assert "`event_id`" in pickup.problems[0]

    @pytest.mark.parametrize("value", [True, 0, -1, "300", None])
    def test_a_useless_duration(self, value: Any) -> None:
        assert read_pickup("g3", said({"max_duration_seconds": value})).max_duration is None


class TestToolResults:
    @pytest.mark.parametrize(
        ("generation", "key"), [("g1", "toolCallId"), ("g2", "toolCallId"), ("g3", "tool_call_id")]
    )
    def test_each_generation_reads_its_own_id(self, generation: Generation, key: str) -> None:
        read = read_tool_results(generation, said({"results": [{key: "t1", "result": "Nine."}]}), ["t1"])
        assert (read.results, read.problems) == ({"t1": "Nine."}, ())

    @pytest.mark.parametrize(("generation", "key"), [("g1", "taskId"), ("g2", "tool_call_id"), ("g3", "toolCallId")])
    def test_another_id_is_not_read(self, generation: Generation, key: str) -> None:
        read = read_tool_results(generation, said({"results": [{key: "t1", "result": "Nine."}]}), ["t1"])
        assert read.results == {}
        assert len(read.problems) == 2
        assert read.problems[1] == "tool-calls: t1 was not answered"

    def test_g1_results_are_strings(self) -> None:
        read = read_tool_results("g1", said({"results": [{"toolCallId": "t1", "result": {"open": 9}}]}), ["t1"])
        assert read.results == {}
        assert read.problems[0] == "tool-calls: the result of t1 is not a string"

    @pytest.mark.parametrize("generation", ["g2", "g3"])
    def test_later_results_are_any_json(self, generation: Generation) -> None:
        items = [{"toolCallId": "t1", "tool_call_id": "t1", "result": {"opens_at": 9, "days": ["mon", "tue"]}}]
        read = read_tool_results(generation, said({"results": items}), ["t1"])
        assert read.results == {"t1": "opens at: 9, days: mon, tue"}

    @pytest.mark.parametrize("generation", ["g2", "g3"])
    @pytest.mark.parametrize(
        ("body", "heard"),
        [({"result": "Nine."}, "Nine."), ({"error": "No idea."}, "No idea."), ({"opens": "nine"}, "opens: nine")],
    )
    def test_loose_forms_fit_one_tool(self, generation: Generation, body: Any, heard: str) -> None:
        assert read_tool_results(generation, said(body), ["t1"]).results == {"t1": heard}

    def test_loose_forms_do_not_fit_two(self) -> None:
        read = read_tool_results("g2", said({"result": "Nine."}), ["t1", "t2"])
        assert read.results == {}
        assert "2 tools were asked" in read.problems[0]

    def test_g1_has_no_loose_forms(self) -> None:
        read = read_tool_results("g1", said({"result": "Nine."}), ["t1"])
        assert (read.results, len(read.problems)) == ({}, 1)

    def test_one_of_two_is_missing(self) -> None:
        read = read_tool_results("g3", said({"results": [{"tool_call_id": "t2", "result": "Ten."}]}), ["t1", "t2"])
        assert read.results == {"t2": "Ten."}
        assert read.problems == ("tool-calls: t1 was not answered",)

    @pytest.mark.parametrize(
        ("item", "problem"),
        [
            ("text", "not an object"),
            ({"toolCallId": "other", "result": "x"}, "other was answered but never asked"),
            ({"toolCallId": "t1"}, "t1 has no `result`"),
        ],
    )
    def test_a_broken_entry(self, item: Any, problem: str) -> None:
        assert problem in read_tool_results("g2", said({"results": [item]}), ["t1"]).problems[0]

    @pytest.mark.parametrize("reply", [LATE, said({"results": []}, 500), Reply(200, b"no"), said([1])])
    def test_no_usable_reply(self, reply: Reply) -> None:
        read = read_tool_results("g3", reply, ["t1"])
        assert (read.results, len(read.problems)) == ({}, 1)


@pytest.mark.parametrize(
    ("result", "heard"),
    [
        ("As it is", "As it is"),
        (9, "9"),
        (True, "true"),
        (None, "null"),
        (["a", 1], "a, 1"),
        ({"a_b": {"c": 1}}, "a b: c: 1"),
    ],
)
def test_spoken(result: Any, heard: str) -> None:
    assert spoken(result) == heard


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["assistant", "assistant_id", "error", "results", "result", "toolCallId"]), inner
        )
    ),
    max_leaves=8,
)


@given(body=ANYTHING, raw=st.binary(max_size=20), generation=st.sampled_from(GENERATIONS))
def test_no_reply_can_break_the_reader(body: Any, raw: bytes, generation: Generation) -> None:
    for reply in (said(body), Reply(200, raw)):
        pickup = read_pickup(generation, reply)
        assert pickup.outcome != "lost" or generation == "g1"
        assert set(read_tool_results(generation, reply, ["t1"]).results) <= {"t1"}
