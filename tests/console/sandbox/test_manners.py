"""Which platform asks what, and how long it waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from console.sandbox.livecall import LiveCall
from console.sandbox.manners import FlireoManner, FluentsManner, Manner, OpenCXManner, VapiManner, manner_of
from console.sandbox.platforms.fluents.lines import FluentsAgent
from console.sandbox.record import CallRecord
from console.sandbox.script import Script, ScriptTool
from console.sandbox.settings import SandboxSettings
from console.sandbox.world import FlireoAssistant, VapiAssistant

SETTINGS = SandboxSettings()


def manner(platform: str, generation: str = "g3") -> Manner:
    script = Script.model_validate({"platform": platform, "generation": generation})
    found = manner_of(script, SETTINGS, SETTINGS.options())
    assert isinstance(found, FlireoManner | FluentsManner | OpenCXManner | VapiManner)
    return found


def test_who_is_asked_about_an_inbound_call() -> None:
    assert not manner("vapi").asks(VapiAssistant(id="a"))
    assert manner("vapi").asks(None)
    assert manner("flireo").asks(FlireoAssistant(id="a", name="A"))
    assert not manner("flireo").asks(FlireoAssistant(id="a", name="A", webhook_events=["tool-calls"]))
    assert manner("fluents").asks(FluentsAgent({"id": "a"}))
    assert not manner("fluents").asks(None)
    assert not manner("opencx").asks(None)


@pytest.mark.parametrize(
    ("platform", "generation", "pickup", "tools"),
    [
        ("flireo", "g1", 5, 5),
        ("flireo", "g3", 5, 10),
        ("fluents", "g3", 3, 10),
        ("opencx", "g3", 15, 60),
        ("vapi", "g3", 7.5, 20),
    ],
)
def test_how_long_it_waits(platform: str, generation: str, pickup: float, tools: float) -> None:
    found = manner(platform, generation)
    assert (found.deadline("assistant-request"), found.deadline("tool-calls")) == (pickup, tools)


def a_call() -> LiveCall:
    fields = {"id": "c", "generation": "g3", "from": "+1", "to": "+2", "placed_at": ""}
    call = LiveCall(CallRecord.model_validate(fields), lambda: 0.0)
    call.caller_says("Yes")
    return call


def names(told: Sequence[tuple[str, Any]]) -> list[str]:
    return [event for event, _ in told]


def test_what_is_told_of_a_sentence() -> None:
    assert names(manner("flireo").spoken(a_call(), "user")) == []
    assert names(manner("fluents").spoken(a_call(), "user")) == ["event_message"]
    assert len(manner("vapi").spoken(a_call(), "user")) == 3


def test_what_is_told_of_a_call() -> None:
    assert manner("vapi").status(a_call(), "ended")[0] == "status-update"
    assert manner("fluents").status(a_call(), "ended")[0] == "event_phone_call_ended"
    assert names(manner("flireo").afterwards(a_call(), "", {})) == ["end-of-call-report"]
    assert names(manner("fluents").afterwards(a_call(), "", {})) == ["event_transcript", "event_recording"]


def test_how_tools_are_asked_for() -> None:
    tools = [ScriptTool(name="a", id="1"), ScriptTool(name="b", id="2")]
    assert manner("vapi").at_once(tools) == [tools]
    assert manner("fluents").at_once(tools) == [[tools[0]], [tools[1]]]
    assert names(manner("flireo").done(a_call(), tools, {})) == []
    assert names(manner("fluents").done(a_call(), tools, {"1": "x"})) == ["event_action", "event_action"]


@pytest.mark.parametrize(
    ("platform", "generation", "config", "said"),
    [
        ("flireo", "g1", {"firstMessage": "Hallo."}, "Hallo."),
        ("flireo", "g3", {"first_message": ""}, ""),
        ("vapi", "g3", {}, "Default."),
        ("fluents", "g3", {"initial_message": "Hi ${name}", "context": {"name": "Ada"}}, "Hi Ada"),
        ("fluents", "g3", {"initial_message": ""}, "Default."),
    ],
)
def test_what_is_said_first(platform: str, generation: str, config: dict[str, Any], said: str) -> None:
    assert manner(platform, generation).greeting(config, "Default.") == said


def test_a_call_that_nobody_answers_is_told_in_each_ones_words() -> None:
    assert manner("flireo", "g1").failed == "ended-with-debugging"
    assert (manner("vapi").failed, manner("vapi").unknown_assistant != "") == ("ended", True)
    assert manner("flireo").unknown_assistant == ""
    assert (manner("fluents").failed, manner("fluents").unknown_assistant) == ("error", "")
