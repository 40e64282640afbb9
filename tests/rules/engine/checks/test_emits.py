from __future__ import annotations

from pathlib import Path

import pytest

from rules.engine.checks.emits import emissions, heard_by, loops, unheard
from tests.rules.engine.vocab import load, rule_of

RULE = "description: x\non: ON\nsteps:\n  - action: emit\n    with:\n      event: EMITS\n"
LISTENS = "description: x\non: { event: NAME }\nsteps: [{ action: log, with: { message: x } }]\n"


def rule(on: str, emits: str) -> str:
    return RULE.replace("ON", on).replace("EMITS", emits)


@pytest.mark.parametrize(
    ("emits", "names"),
    [
        ("again", {"again"}),
        ('${{ "again" }}', {"again"}),
        ("${{ vars.night_agent }}", {"asst_night"}),
        ("${{ event.name }}", {"one", "two"}),
        ('\'${{ call.to == "" ? "a" : "b" }}\'', {"a", "b"}),
        ('${{ "re_" + event.name }}', {"re_one", "re_two"}),
        ("${{ call.to }}", set()),
        ('\'${{ call.to == "" ? "a" : call.to }}\'', set()),
    ],
)
def test_the_names_of_what_is_emitted(emits: str, names: set[str]) -> None:
    (emission,) = emissions(rule_of(rule("{ event: [one, two] }", emits)))
    assert emission.names == names


def test_a_name_that_is_partly_written_out() -> None:
    (emission,) = emissions(rule_of(rule("{ event: one }", "order_${{ data.state }}")))
    assert emission.may_be("order_open")
    assert not emission.may_be("shop_open")
    (emission,) = emissions(rule_of(rule("{ event: one }", "${{ data.state }}")))
    assert not emission.may_be("order_open")


def test_what_is_heard() -> None:
    assert heard_by(rule_of(rule("{ event: [one, two] }", "x"))) == {"one", "two"}
    assert heard_by(rule_of(rule("emitted", "x"))) is None


@pytest.mark.parametrize(
    ("on", "emits", "severity"),
    [
        ("{ event: again }", "again", "error"),
        ("emitted", "whatever", "error"),
        ("{ event: again }", "${{ event.name }}", "error"),
        ("{ event: asst_night }", "${{ vars.night_agent }}", "error"),
        ("{ event: order_x }", "order_${{ data.state }}", "warning"),
        ("{ event: order_x }", "${{ data.state }}", ""),
        ("{ event: again }", "other", ""),
        ("end-of-call-report", "again", ""),
    ],
)
def test_rules_that_set_themselves_off(on: str, emits: str, severity: str) -> None:
    assert [finding.severity for finding in loops([rule_of(rule(on, emits))])] == ([severity] if severity else [])


def test_a_disabled_rule_closes_no_circle() -> None:
    text = rule("{ event: again }", "again")
    assert list(loops([rule_of(text + "enabled: false\n")])) == []


def test_a_circle_of_two_is_told_once(tmp_path: Path) -> None:
    files = {"a.yaml": rule("{ event: a }", "b"), "b.yaml": rule("{ event: b }", "a")}
    (finding,) = loops(load(tmp_path, files).rules)
    assert finding.message == "rules trigger each other in a loop: a → b → a"


def test_unheard_events(tmp_path: Path) -> None:
    files = {"a.yaml": rule("end-of-call-report", '\'${{ call.to == "" ? "heard" : "herd" }}\'')}
    files["b.yaml"] = LISTENS.replace("NAME", "heard")
    (finding,) = unheard(load(tmp_path, files).rules)
    assert finding.message == 'no rule listens to the event "herd"; did you mean "heard"?'
    files["c.yaml"] = LISTENS.replace("{ event: NAME }", "emitted")
    assert list(unheard(load(tmp_path, files).rules)) == []
