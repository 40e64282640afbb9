from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from rules.engine.cel.expressions import EvaluationError
from rules.engine.playing.play import Surroundings, ask, evaluate_key, matches, play, render_meanwhile
from rules.engine.playing.played import Played, StepResult
from rules.engine.rule import Rule, Step
from tests.rules.engine.vocab import event, load, rule_of, tool_event, tool_view


@dataclass
class Recorder:
    """Performs nothing: gives the results it was told, and notes what it was asked."""

    results: Mapping[str, StepResult | Exception] = field(default_factory=dict)
    asked: list[tuple[str, int | None, Mapping[str, Any]]] = field(default_factory=list)
    secrets: list[Collection[str]] = field(default_factory=list)
    decided: list[dict[str, bool]] = field(default_factory=list)

    async def perform(
        self,
        rule: Rule,
        step: Step,
        index: int | None,
        with_: Mapping[str, Any],
        used_secrets: Collection[str],
        decided: Mapping[str, bool],
    ) -> StepResult:
        self.asked.append((step.key, index, with_))
        self.secrets.append(used_secrets)
        self.decided.append(dict(decided))
        result = self.results.get(step.key if index is None else f"{step.key}#{index}", StepResult("done"))
        if isinstance(result, Exception):
            raise result
        return result


async def run(
    text: str,
    results: Mapping[str, StepResult | Exception] | None = None,
    decided: dict[str, bool] | None = None,
    surroundings: Surroundings | None = None,
    **arguments: Any,
) -> tuple[Played, Recorder]:
    recorder = Recorder(results or {})
    tool = tool_view(**arguments)
    around = surroundings or Surroundings()
    played = await play(rule_of(text), tool_event(tool), tool, around, recorder, {} if decided is None else decided)
    return played, recorder


@pytest.mark.parametrize(
    "text",
    [
        'answer: [{ if: "tool.arguments.x == 2", result: a }, { result: "${{ tool.id }}" }]',
        "if: tool.arguments.x == 2\nanswer: { result: two }",
        "if: tool.arguments.nobody == 2\nanswer: { result: two }",
        'answer: { result: "${{ tool.arguments.nobody }}" }',
    ],
)
async def test_a_rule_without_steps_is_asked_as_it_would_be_played(text: str) -> None:
    tool = tool_view(x=1)
    rule, view = rule_of(f"description: It answers.\non: {{ tool-calls: ask_email }}\n{text}\n"), tool_event(tool)
    assert not rule.acts
    asked = ask(rule, view, tool, Surroundings())
    played = await play(rule, view, tool, Surroundings(), Recorder(), {})
    assert without_times(asked) == without_times(played)


def without_times(played: Played) -> dict[str, Any]:
    conditions = [(each.place, each.value, each.error) for each in played.conditions]
    return vars(played) | {"conditions": conditions}


INVOICE = """\
description: Look the caller up and send the invoice.
on: { tool-calls: send_invoice }
if:
  - call.from != ""
  - tool.arguments.?paid.orValue(false) == false
steps:
  - id: customer
    action: http.request
    with:
      url: https://crm.example.com/customers
      query: { phone: '${{ call.from }}' }
      headers: { authorization: 'Bearer ${{ secrets.crm_token }}' }
  - id: mail
    if: steps.customer.body.?email.orValue("") != ""
    action: notify
    with: { to: '${{ secrets.mail_account }}', body: hello }
answer:
  - if: steps.mail.outcome == "done"
    result: The invoice goes to ${{ steps.customer.body.email }}.
  - result: I cannot find an e-mail address for you.
"""
FOUND = {"customer": StepResult("done", {"status": 200, "body": {"email": "a@b.nl"}})}
SECRETS = Surroundings(secrets={"crm_token": "tok", "mail_account": "mailto://x", "other": "o"})


async def test_conditions_then_steps_then_answer() -> None:
    played, recorder = await run(INVOICE, FOUND, surroundings=SECRETS)
    assert (played.outcome, played.tool_id, played.stopped_at, played.error) == ("ran", "tool_1", None, "")
    assert played.answer == {"result": "The invoice goes to a@b.nl."}
    assert (played.answer_place, played.answer_at) == ("answer[0]", "rules/live/ask_email.yaml:18")
    assert [(step.key, step.action, step.outcome, step.line) for step in played.steps] == [
        ("customer", "http.request", "done", 7),
        ("mail", "notify", "done", 13),
    ]
    assert recorder.asked[0] == (
        "customer",
        None,
        {
            "url": "https://crm.example.com/customers",
            "query": {"phone": "+31612340001"},
            "headers": {"authorization": "Bearer tok"},
        },
    )
    assert recorder.secrets == [{"tok"}, {"mailto://x"}]


async def test_the_trace_says_what_was_seen() -> None:
    played, _ = await run(INVOICE, FOUND, surroundings=SECRETS)
    assert [(c.place, c.expr, c.line, c.column, c.value, c.seen, c.error) for c in played.conditions] == [
        ("if[0]", 'call.from != ""', 4, 5, True, {"call.from": "+31612340001"}, ""),
        ("if[1]", "tool.arguments.?paid.orValue(false) == false", 5, 5, True, {"tool.arguments.paid": None}, ""),
        (
            "steps[1].if",
            'steps.customer.body.?email.orValue("") != ""',
            14,
            9,
            True,
            {"steps.customer.body.email": "a@b.nl"},
            "",
        ),
        ("answer[0].if", 'steps.mail.outcome == "done"', 18, 9, True, {"steps.mail.outcome": "done"}, ""),
    ]


async def test_the_first_false_condition_stops_it() -> None:
    played, recorder = await run(INVOICE, paid=True)
    assert (played.outcome, played.stopped_at, played.answer) == ("not_matched", "if[1]", None)
    assert [condition.value for condition in played.conditions] == [True, False]
    assert recorder.asked == []


async def test_a_condition_that_cannot_be_evaluated_is_an_error_and_never_a_match() -> None:
    played, recorder = await run(INVOICE.replace(".?paid.orValue(false)", ".paid"))
    assert (played.outcome, played.stopped_at) == ("error", "if[1]")
    assert played.error == 'Key not found in map: "paid"'
    assert (played.conditions[1].value, played.conditions[1].error) == (None, played.error)
    assert recorder.asked == []


async def test_skipped_steps_have_empty_outputs() -> None:
    played, recorder = await run(INVOICE, {"customer": StepResult("done", {"status": 404})}, surroundings=SECRETS)
    assert [step.outcome for step in played.steps] == ["done", "skipped"]
    assert played.answer == {"result": "I cannot find an e-mail address for you."}
    assert len(recorder.asked) == 1


async def test_a_failed_step_stops_the_rule() -> None:
    failed = {"customer": StepResult("failed", error="404")}
    played, recorder = await run(INVOICE, failed, surroundings=SECRETS)
    assert (played.outcome, played.stopped_at, played.error, played.answer) == ("failed", "steps[0]", "404", None)
    assert len(recorder.asked) == 1


async def test_or_not_when_it_says_continue() -> None:
    failed = {"customer": StepResult("failed", error="404")}
    text = INVOICE.replace("action: http.request", "action: http.request\n    on_error: continue")
    played, _ = await run(text, failed, surroundings=SECRETS)
    assert (played.outcome, played.error) == ("ran", "")
    assert [(step.outcome, step.error) for step in played.steps] == [("failed", "404"), ("skipped", "")]
    assert played.answer == {"result": "I cannot find an e-mail address for you."}


async def test_a_rule_without_a_fitting_answer_has_none() -> None:
    text = INVOICE.replace("  - result: I cannot find an e-mail address for you.\n", "")
    played, _ = await run(text, surroundings=SECRETS)
    assert (played.outcome, played.answer, played.answer_at) == ("ran", None, "")
    assert played.conditions[-1].place == "answer[0].if"


async def test_decisions_are_noted_before_each_step_and_not_made_twice() -> None:
    decided: dict[str, bool] = {}
    _, recorder = await run(INVOICE, FOUND, decided, SECRETS)
    assert recorder.decided == [{"if": True}, {"if": True, "steps[1].if": True}]
    assert decided == {"if": True, "steps[1].if": True, "answer[0].if": True}
    resumed, recorder = await run(INVOICE, FOUND, {"if": True, "steps[1].if": False}, SECRETS, paid=True)
    assert [condition.place for condition in resumed.conditions] == ["answer[0].if"]
    assert [step.outcome for step in resumed.steps] == ["done", "skipped"]


async def test_a_decision_against_it_stands() -> None:
    played, recorder = await run(INVOICE, decided={"if": False})
    assert (played.outcome, played.stopped_at, recorder.asked) == ("not_matched", "if", [])


async def test_errors_are_not_decisions() -> None:
    decided: dict[str, bool] = {}
    await run(INVOICE.replace(".?paid.orValue(false)", ".paid"), decided=decided)
    assert decided == {}


async def test_what_the_performer_raises_passes_through() -> None:
    class Parked(Exception):
        pass

    with pytest.raises(Parked):
        await run(INVOICE, {"customer": Parked()}, surroundings=SECRETS)


async def test_a_missing_secret_fails_the_step() -> None:
    played, recorder = await run(INVOICE)
    assert (played.outcome, played.stopped_at) == ("failed", "steps[0]")
    assert "secrets.crm_token" in played.error
    assert recorder.asked == []


async def test_a_template_that_cannot_be_rendered_fails_the_step() -> None:
    text = INVOICE.replace("body: hello", "body: '${{ steps.customer.body.name }}'")
    played, _ = await run(text, FOUND, surroundings=SECRETS)
    assert (played.outcome, played.stopped_at) == ("failed", "steps[1]")
    assert played.steps[-1].error == 'line 16: Key not found in map: "name"'


async def test_an_answer_that_cannot_be_rendered_is_an_error() -> None:
    text = INVOICE.replace("steps.customer.body.email }}", "steps.customer.body.name }}")
    played, _ = await run(text, FOUND, surroundings=SECRETS)
    assert (played.outcome, played.stopped_at, played.answer) == ("error", "answer[0]", None)
    assert 'line 19: Key not found in map: "name"' in played.error


@pytest.mark.parametrize("place", ["steps[0].if", "answer.if"])
async def test_a_later_condition_that_cannot_be_evaluated_is_an_error(place: str) -> None:
    condition = "if: tool.arguments.x == 1"
    step, answer = (condition, "") if place.startswith("steps") else ("if: call.to != ''", condition)
    text = f"description: x\non: tool-calls\nsteps:\n  - {step}\n    action: log\n    with: {{ message: x }}\n"
    text += f"answer:\n  result: x\n  {answer}\n"
    played, _ = await run(text)
    assert (played.outcome, played.stopped_at, played.answer) == ("error", place, None)


EACH = """\
description: x
on: tool-calls
steps:
  - id: all
    action: memory.add
    for_each: ${{ tool.arguments.keys }}
    with: { scope: call, key: '${{ index }} ${{ item }}' }
answer:
  result: ${{ steps.all.items }}
"""


async def test_for_each_performs_every_item_in_order() -> None:
    results = {"all#0": StepResult("done", {"value": 1}), "all#1": StepResult("done", {"value": 2})}
    played, recorder = await run(EACH, results, keys=["a", "b"])
    assert recorder.asked == [
        ("all", 0, {"scope": "call", "key": "0 a"}),
        ("all", 1, {"scope": "call", "key": "1 b"}),
    ]
    assert played.answer == {"result": [{"value": 1, "outcome": "done"}, {"value": 2, "outcome": "done"}]}
    assert [step.outcome for step in played.steps] == ["done"]


async def test_the_index_is_a_whole_number() -> None:
    text = EACH.replace("'${{ index }} ${{ item }}'", "'${{ index + 1 }} of ${{ index % 2 }}'")
    played, recorder = await run(text, keys=["a", "b"])
    assert [with_["key"] for _, _, with_ in recorder.asked] == ["1 of 0", "2 of 1"]
    assert played.outcome == "ran"


async def test_for_each_of_nothing_is_done() -> None:
    played, recorder = await run(EACH, keys=[])
    assert (played.outcome, played.answer, recorder.asked) == ("ran", {"result": []}, [])


async def test_for_each_stops_at_the_first_failure_unless_told_otherwise() -> None:
    failed = {"all#0": StepResult("failed", error="no")}
    played, recorder = await run(EACH, failed, keys=["a", "b"])
    assert (played.outcome, played.error, len(recorder.asked)) == ("failed", "no", 1)
    text = EACH.replace("    for_each", "    on_error: continue\n    for_each")
    played, recorder = await run(text, failed, keys=["a", "b"])
    assert (played.outcome, len(recorder.asked)) == ("ran", 2)
    assert played.steps[0].outcome == "failed"
    assert played.answer == {"result": [{"outcome": "failed"}, {"outcome": "done"}]}


async def test_for_each_of_no_list_fails() -> None:
    played, recorder = await run(EACH, keys="abc")
    assert (played.outcome, played.error, recorder.asked) == ("failed", "`for_each` did not give a list", [])


async def test_memory_is_what_it_was_before() -> None:
    text = "description: x\non: tool-calls\nif: memory.caller.?calls.orValue(0) >= 3\nanswer: { result: x }\n"
    played, _ = await run(text, surroundings=Surroundings(memory={"caller": {"calls": 3}}))
    assert played.outcome == "ran"
    played, _ = await run(text)
    assert played.outcome == "not_matched"


async def test_rules_of_one_event_share_their_names_but_not_their_steps() -> None:
    surroundings = Surroundings(secrets={"crm_token": "t", "mail_account": "m"})
    view, tool = tool_event(), tool_view()
    rule = rule_of(INVOICE)
    for email in ("a@b.nl", "c@d.nl"):
        results = {"customer": StepResult("done", {"body": {"email": email}})}
        played = await play(rule, view, tool, surroundings, Recorder(results), {})
        assert played.answer == {"result": f"The invoice goes to {email}."}


def test_all_rules_of_one_event_evaluate_on_one_activation(tmp_path: Path) -> None:
    text = "description: x\non: tool-calls\nif: tool.arguments.n == 1\nanswer: { result: x }\n"
    rules = load(tmp_path, {f"r{number}.yaml": text for number in range(5)}).rules
    view, tool, surroundings = tool_event(), tool_view(n=1), Surroundings()
    activations = {id(surroundings.base(rule, view, tool).activation) for rule in rules}
    assert len(activations) == 1
    other = tool_view(id_="tool_2", n=2)
    assert [matches(rules[0], view, one, surroundings).outcome for one in (tool, other)] == ["ran", "not_matched"]


def test_matching_alone_plays_no_step() -> None:
    view, tool = tool_event(), tool_view()
    decided: dict[str, bool] = {}
    played = matches(rule_of(INVOICE), view, tool, Surroundings(), decided)
    assert (played.outcome, played.steps, decided) == ("ran", [], {"if": True})


def test_a_native_rule_sees_empty_values_for_what_is_not_there() -> None:
    text = "description: x\non: { native: ping }\nif: call.from == ''\nsteps: [{ action: log, with: { message: x } }]\n"
    view = event("schedule")
    bare = {name: value for name, value in view.values.items() if not name.startswith("call.")}
    played = matches(rule_of(text), replace(view, native="ping", values=bare), None, Surroundings())
    assert played.outcome == "ran"


def test_meanwhile_is_rendered_by_itself() -> None:
    text = "description: x\non: tool-calls\nanswer: { result: x }\nwithin: 2s\n"
    view, tool = tool_event(), tool_view(name="send_invoice", who="Ann")
    with_it = rule_of(text + "meanwhile: { result: 'One moment, ${{ tool.arguments.who }}' }\n")
    assert render_meanwhile(with_it, view, tool, Surroundings()) == {"result": "One moment, Ann"}
    assert render_meanwhile(rule_of(text), view, tool, Surroundings()) is None
    with pytest.raises(EvaluationError):
        render_meanwhile(with_it, view, tool_view(), Surroundings())


def test_keys_are_text() -> None:
    text = "description: x\non: tool-calls\nonce: { key: KEY }\nanswer: { result: x }\n"
    view, tool = tool_event(), tool_view(n=3, nothing=None)
    for key, value in [("call.from", "+31612340001"), ("tool.arguments.n", "3"), ("tool.arguments.nothing", "")]:
        rule = rule_of(text.replace("KEY", key))
        assert rule.once is not None
        assert evaluate_key(rule, rule.once.key, view, tool, Surroundings()) == value
    assert evaluate_key(rule, None, view, tool, Surroundings()) == "ask_email"
    missing = rule_of(text.replace("KEY", "tool.arguments.zz"))
    assert missing.once is not None
    with pytest.raises(EvaluationError):
        evaluate_key(missing, missing.once.key, view, tool, Surroundings())


def test_secrets_do_not_show_in_representations() -> None:
    assert "tok" not in repr(SECRETS)
