from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rules.engine.loading.load import load_folder
from rules.engine.rule import Rule
from tests.store.builders import an_event
from workers.desk import event_view
from workers.rehearsal import DryRun, rehearse, surroundings_of
from workers.vocabulary import vocabulary

HTTP = "action: http.request, with: { url: 'https://crm.test/x' }"


def rule_of(folder: Path, text: str) -> Rule:
    (folder / "rule.yaml").write_text(f"description: A rule of a test.\n{text}")
    loaded = load_folder(folder, vocabulary({}, {"crm": "s3cret-value"}))
    assert [finding.text for finding in loaded.findings if finding.severity == "error"] == []
    return loaded.rules[0]


def rehearsed(folder: Path, text: str, records: Any = None) -> DryRun:
    rule = rule_of(folder, text)
    view = event_view(an_event("tool-calls"))
    return rehearse(rule, view, view.tools[0] if view.tools else None, surroundings_of([rule], {}), records or {})


def sources(run: DryRun) -> dict[str, str]:
    return {step.key: step.source for step in run.steps}


def test_what_hangs_on_no_unknown_result_is_known_all_the_same(tmp_path: Path) -> None:
    run = rehearsed(
        tmp_path,
        f"""on: tool-calls
steps:
  - {{ id: customer, {HTTP} }}
  - {{ id: told, action: log, with: {{ message: 'status ${{{{ steps.customer.status }}}}' }} }}
  - {{ action: log, if: steps.customer.status == 200, with: {{ message: 'call ${{{{ call.id }}}}' }} }}
  - {{ action: log, with: {{ message: goodbye }} }}
answer: {{ result: Done. }}
""",
    )
    assert sources(run) == {"customer": "unknown", "told": "hanging", "step-3": "hanging", "step-4": "assumed"}
    assert [step.with_ and step.with_.get("message") for step in run.steps] == [None, None, "call call_1", "goodbye"]
    assert (run.played.answer, run.needs, run.answer_hangs) == ({"result": "Done."}, "customer", False)
    assert run.ends_turns


def test_an_unknown_result_nobody_asks_about_decides_nothing(tmp_path: Path) -> None:
    run = rehearsed(tmp_path, f"on: tool-calls\nsteps: [{{ id: sent, {HTTP} }}]\nanswer: {{ result: Sent. }}\n")
    assert (run.outcome, run.needs, run.played.answer) == ("ran", "", {"result": "Sent."})


@pytest.mark.parametrize(
    ("first", "answer", "hangs"),
    [
        ("tool.name == 'look_up'", {"result": "Yes."}, False),
        ("tool.name == 'book'", None, True),
        ("steps.sent.status == 200", None, True),
    ],
)
def test_an_answer_is_known_up_to_the_first_that_hangs(tmp_path: Path, first: str, answer: Any, hangs: bool) -> None:
    choices = f'answer:\n  - {{ if: {first}, result: Yes. }}\n  - {{ result: "${{{{ steps.sent.text }}}}" }}\n'
    run = rehearsed(tmp_path, f"on: tool-calls\nsteps: [{{ id: sent, {HTTP} }}]\n{choices}")
    assert (run.played.answer, run.answer_hangs, run.needs, run.ends_turns) == (answer, hangs, "sent", True)


def test_what_hangs_on_a_step_that_hangs_is_unknown_too(tmp_path: Path) -> None:
    run = rehearsed(
        tmp_path,
        f"""on: tool-calls
steps:
  - {{ id: a, {HTTP} }}
  - {{ id: b, action: memory.set, with: {{ scope: call, key: k, value: '${{{{ steps.a.status }}}}' }} }}
  - {{ action: log, with: {{ message: '${{{{ to_json(steps.b.value) }}}}' }} }}
""",
    )
    assert sources(run) == {"a": "unknown", "b": "hanging", "step-3": "hanging"}


def test_the_journal_tells_what_steps_gave(tmp_path: Path) -> None:
    record = {"a": {"state": "done", "action": "http.request", "output": {"status": 200}}}
    text = f"on: tool-calls\nsteps: [{{ id: a, {HTTP} }}]\nanswer: {{ result: '${{{{ steps.a.status }}}}' }}\n"
    run = rehearsed(tmp_path, text, record)
    assert (sources(run), run.played.answer) == ({"a": "recorded"}, {"result": 200})


def test_every_item_of_an_unknown_step_is_rendered(tmp_path: Path) -> None:
    text = (
        "on: tool-calls\nsteps:\n  - id: s\n    for_each: ${{ [1, 2] }}\n    action: http.request\n"
        "    with: { url: 'https://crm.test/${{ item }}' }\nanswer: { result: '${{ size(steps.s.items) }}' }\n"
    )
    run = rehearsed(tmp_path, text)
    assert [(step.key, step.source) for step in run.steps] == [("s#0", "unknown"), ("s#1", "unknown")]
    assert [step.with_ and step.with_["url"] for step in run.steps] == ["https://crm.test/1", "https://crm.test/2"]
    assert (run.needs, run.answer_hangs) == ("s", True)


def test_behind_a_step_that_is_refused_nothing_is_told(tmp_path: Path) -> None:
    text = f"""on: tool-calls
steps:
  - {{ id: a, {HTTP} }}
  - {{ action: log, with: {{ message: x, level: '${{{{ call.id }}}}' }} }}
  - {{ action: log, with: {{ message: '${{{{ steps.a.text }}}}' }} }}
answer: {{ result: Done. }}
"""
    run = rehearsed(tmp_path, text)
    assert (run.outcome, sources(run)) == ("failed", {"a": "unknown", "step-2": "refused"})
    assert (run.needs, run.ends_turns) == ("", False)


def test_a_rule_in_shadow_is_played_and_never_ends_the_turns(tmp_path: Path) -> None:
    run = rehearsed(tmp_path, f"on: tool-calls\nmode: shadow\nsteps: [{{ {HTTP} }}]\nanswer: {{ result: Yes. }}\n")
    assert (run.outcome, sources(run), run.played.answer) == ("shadow", {"step-1": "assumed"}, {"result": "Yes."})
    assert not run.ends_turns


def test_conditions_that_do_not_hold_end_it(tmp_path: Path) -> None:
    run = rehearsed(tmp_path, f"on: tool-calls\nmode: shadow\nif: 1 > 2\nsteps: [{{ {HTTP} }}]\n")
    assert (run.outcome, run.steps) == ("not_matched", ())


def test_secrets_are_stand_ins(tmp_path: Path) -> None:
    with_ = "with: { url: 'https://crm.test/x', headers: { authorization: 'Bearer ${{ secrets.crm }}' } }"
    run = rehearsed(tmp_path, f"on: tool-calls\nsteps: [{{ action: http.request, {with_} }}]\n")
    assert run.steps[0].with_ is not None
    assert run.steps[0].with_["headers"] == {"authorization": "Bearer <secrets.crm>"}
