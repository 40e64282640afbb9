"""A simulated call in each generation: the caller hears the rule, the trace says why, the platform is called back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.sandbox.record import CallRecord
from console.sandbox.script import Generation, Platform, Script, ScriptTool, Turn
from tests.journeys.stage import Stage, staged, until

pytestmark = pytest.mark.journey

LIVE_RULES = Path("rules/live")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("calls"), LIVE_RULES) as stage:
        yield stage


def play(stage: Stage, script: Script) -> CallRecord:
    with stage.sandbox() as sandbox:
        placed = sandbox.place_call(script)
        return sandbox.record(placed.id, wait=30)


@pytest.mark.parametrize("generation", ["g1", "g2", "g3"])
def test_a_call_is_answered_by_the_rules(stage: Stage, generation: Generation) -> None:
    tools = Turn(tools=[ScriptTool(name="find_customer"), ScriptTool(name="opening_hours")])
    record = play(stage, Script(generation=generation, turns=[tools, Turn(hang_up=True)]))
    said = " ".join(record.heard())
    assert "The caller is Ada" in said
    assert "We are" in said
    assert not record.problems()
    assert stage.requests("/crm/customers")

    connection = {"g1": "front_desk_g1", "g2": "front_desk_g2", "g3": "front_desk"}[generation]
    listed = stage.hookswitch_json("events", "tool-calls", "--connection", connection)
    trace = stage.trace(listed[0]["id"])
    by_rule = {rule["rule"]: rule for rule in trace["rules"]}
    assert by_rule["find_customer"]["outcome"] == "ran"
    assert by_rule["find_customer"]["file"].endswith("rules/live/find_customer.yaml")
    assert by_rule["find_customer"]["answer_at"].endswith("find_customer.yaml:16")
    attempt = by_rule["find_customer"]["steps"][0]["attempts"][0]
    assert attempt["got"]["status"] == 200
    assert {answer["by"] for answer in trace["answers"]} == {"rule"}


ANSWERED: dict[Platform, dict[str, str]] = {
    "fluents": {"context_endpoint": "fluents_desk", "action_external": "who_calls"},
    "opencx": {"action": "who_calls"},
    "vapi": {"assistant-request": "vapi_desk", "tool-calls": "find_customer"},
}
"""What each platform asks by its own names, and the rule in force that answers it."""


@pytest.mark.parametrize("platform", ANSWERED)
def test_a_call_on_the_other_platforms_is_answered_by_the_rules_too(stage: Stage, platform: Platform) -> None:
    tools = [Turn(tools=[ScriptTool(name=name)]) for name in ("find_customer", "opening_hours")]
    record = play(stage, Script(platform=platform, turns=[*tools, Turn(hang_up=True)]))
    said = " ".join(record.heard())
    assert "The caller is Ada de Vries" in said
    assert "We are" in said
    assert not record.problems()

    listed = stage.hookswitch_json("events", "--connection", f"{platform}_desk")
    for native, rule in ANSWERED[platform].items():
        traces = [stage.trace(each["id"]) for each in listed if each["native"] == native]
        answers = [answer for trace in traces for answer in trace["answers"]]
        assert {answer["by"] for answer in answers} == {"rule"}
        assert rule in {answer["rule"] for answer in answers}


@pytest.mark.parametrize("generation", ["g2", "g3"])
def test_a_late_answer_is_put_into_the_call(stage: Stage, generation: Generation) -> None:
    turns = [
        Turn(tools=[ScriptTool(name="check_stock", arguments={"seconds": 1.5})]),
        Turn(hold=100),
        Turn(hang_up=True),
    ]
    record = play(stage, Script(generation=generation, turns=turns))
    said = record.heard()
    assert "One moment, I am asking the warehouse." in said
    assert any("There are twelve in stock." in text for text in said)


def test_a_report_moves_numbers_on_two_platforms(stage: Stage) -> None:
    script = Script(generation="g3", turns=[Turn(hang_up=True)], analysis={"overflow": True})
    play(stage, script)
    patched = until(lambda: [r for r in stage.requests("/flireo/api/v1/numbers/") if r["method"] == "PATCH"])
    assert patched[0]["status"] == 200
    updated = until(lambda: stage.requests("/fluents/v1/numbers/update"))
    assert updated[0]["status"] in (200, 201)
