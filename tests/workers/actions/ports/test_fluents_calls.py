from __future__ import annotations

from typing import Any

import pytest

from workers.actions.ports.fluents_calls import as_text, call_fields, phone_call, started
from workers.clients.fluents.models import Call

AGENT = {"id": "a1", "openai_account_connection": {"credentials": {"k": "s3cret"}}}


@pytest.mark.parametrize(("outgoing", "direction"), [(True, "outbound"), (False, "inbound"), (None, ""), ("yes", "")])
def test_which_way_a_call_went(outgoing: Any, direction: str) -> None:
    assert phone_call(Call.model_validate({"is_outgoing": outgoing})).direction == direction


def test_why_a_call_ended() -> None:
    assert phone_call(Call(stage_outcome="human_disconnected", error_message="x")).ended_reason == "human_disconnected"
    assert phone_call(Call(error_message="no answer")).ended_reason == "no answer"


@pytest.mark.parametrize(("agent", "shown"), [(AGENT, "a1"), ("a1", "a1"), (None, None)])
def test_the_agent_is_shown_as_its_id(agent: Any, shown: str | None) -> None:
    call = Call.model_validate({"id": "c1", "agent": agent})
    assert call_fields(call)["agent"] == shown
    assert "s3cret" not in str(phone_call(call)) + str(started(call))


def test_nothing_told_is_nothing_shown() -> None:
    empty = phone_call(Call(), "https://x.example/r")
    assert (empty.id, empty.duration, empty.raw, empty.recording_url) == ("", 0.0, {}, "https://x.example/r")


def test_values_for_a_prompt_are_texts() -> None:
    assert as_text({"name": "Ada", "n": 3, "list": ["a"], "none": None}) == {
        "name": "Ada",
        "n": "3",
        "list": '["a"]',
        "none": "null",
    }
