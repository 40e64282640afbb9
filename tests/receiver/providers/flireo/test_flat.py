"""Generation one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from receiver.providers.flireo import flat
from receiver.providers.flireo.normalise import KINDS
from receiver.providers.flireo.sections import Fields


def fields(**payload: Any) -> Fields:
    return flat.fields({"eventType": "status-update", **payload}, KINDS)


@pytest.mark.parametrize("name", ["callId", "callSession", "call_id"])
def test_each_name_of_the_call_id(name: str) -> None:
    assert fields(**{name: "c1"})["call"].id == "c1"


@pytest.mark.parametrize("name", ["eventTime", "eventTimestamp"])
def test_each_name_of_the_time(name: str) -> None:
    assert fields(**{name: 1767000000123})["occurred_at"] == datetime.fromtimestamp(1767000000.123, UTC)


def test_the_debugging_text_has_a_hyphen_in_its_name() -> None:
    call = fields(status="ended-with-debugging", **{"debugging-artifact": "none came"})["call"]
    assert (call.status, call.ended_reason) == ("failed", "ended-with-debugging: none came")


def test_two_assistant_requests_are_never_one() -> None:
    request = {"eventType": "assistant-request", "fromCaller": "+31612340001", "toAssistant": "+31850000001"}
    assert flat.fields(request, KINDS)["dedup_key"] is None


def test_metadata_only_when_it_is_an_object() -> None:
    assert fields(userMetadata={"a": 1})["call"].metadata == {"a": 1}
    assert fields(userMetadata="a")["call"].metadata == {}


def test_tools_and_report_belong_to_their_kinds() -> None:
    found = fields(tasksInitiated=[{"taskId": "a"}], summaryText="s")
    assert found["tools"] == []
    assert found["report"].summary == ""


def test_odd_tasks() -> None:
    tasks = ["x", None, {"taskId": 7, "taskName": None, "taskPayload": [1]}]
    (tool,) = flat.fields({"eventType": "tool-calls", "tasksInitiated": tasks}, KINDS)["tools"]
    assert (tool.id, tool.name, tool.arguments) == ("7", "", {})


def test_holds() -> None:
    assert flat.holds({"eventType": "x"})
    assert not flat.holds({"eventType": None})
    assert not flat.holds({})
