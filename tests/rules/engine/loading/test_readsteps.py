from __future__ import annotations

import pytest

from rules.engine.loading.readsteps import step_nodes
from rules.engine.source.nodes import Map
from rules.engine.source.yamlread import read_yaml
from tests.rules.engine.vocab import found, rule_of

HEAD = "description: x\non: end-of-call-report\nsteps:\n"


def test_every_key_of_a_step_is_exposed() -> None:
    rule = rule_of(
        HEAD
        + """\
  - id: count
    name: Count the call
    if: call.from != ""
    action: memory.add
    with: { scope: caller, key: calls }
    timeout: 3s
    retry: { tries: 2, first: 1s, factor: 3, max_age: 1h }
    on_error: continue
"""
    )
    (count,) = rule.steps
    assert (count.key, count.id, count.index, count.name) == ("count", "count", 0, "Count the call")
    assert (count.action, count.output) == ("memory.add", {"value": "number"})
    assert count.condition is not None
    assert count.condition.place == "steps[0].if"
    assert (count.timeout, count.on_error, count.line) == (3, "continue", 4)
    retry = count.retry
    assert (retry.tries, retry.first, retry.factor, retry.max_age, retry.given) == (2, 1, 3, 3600, True)


def test_what_a_step_does_not_say_has_a_default() -> None:
    rule = rule_of(
        HEAD
        + """\
  - action: number.link
    connection: front_desk
    with: { number: "+31850000001", agent: '${{ vars.night_agent }}' }
"""
    )
    (link,) = rule.steps
    assert (link.key, link.connection, link.timeout) == ("step-1", "front_desk", None)
    assert (link.retry.given, link.retry.tries, link.retry.max_age) == (False, 5, 86400)


def test_a_step_is_found_by_its_key_whether_or_not_it_has_an_id() -> None:
    step = "  - action: log\n    for_each: ${{ vars.support_numbers }}\n    with: { message: '${{ item }}' }\n"
    rule = rule_of(HEAD + step + step.replace("  - action", "  - id: second\n    action"))
    first, second = rule.steps
    assert first.for_each is not None
    assert (rule.step("step-1"), rule.step("second"), rule.step("nobody")) == (first, second, None)


def test_secrets_of_a_step_are_known_before_it_runs() -> None:
    rule = rule_of(
        HEAD
        + """\
  - action: notify
    with: { to: '${{ secrets.mail_account }}', body: '${{ call.to }} ${{ secrets.crm_token }}' }
  - action: log
    with: { message: none }
"""
    )
    assert [step.secrets for step in rule.steps] == [{"mail_account", "crm_token"}, set()]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("  action: log\n", "4:3 `steps` must be a list, this is a map"),
        ("  - log\n", "4:5 a step must be a map, this is text"),
        ("  - with: {}\n", "4:5 a step needs an `action`"),
        ("  - action: htp.request\n", '4:13 unknown action "htp.request"; did you mean "http.request"?'),
        ("  - action: [log]\n", "4:13 `action` must be text, this is a list"),
        ("  - { action: log, wiht: {} }\n", '4:20 unknown key "wiht"; did you mean "with"?'),
        ("  - { action: log, with: [] }\n", "4:26 `with` must be a map, this is a list"),
        ("  - { action: log, id: a-b }\n", '4:24 "a-b" is no id: letters, digits and _ only, not a digit first'),
        ("  - { action: log, id: 1a }\n", '4:24 "1a" is no id'),
        ("  - { action: log, on_error: ignore }\n", '4:30 `on_error` is stop or continue, not "ignore"'),
        ("  - { action: log, timeout: soon }\n", '4:29 `timeout`: "soon" is not a duration'),
        ("  - { action: log, retry: { tries: 0 } }\n", "4:36 `tries` must be at least 1"),
        ("  - { action: log, retry: { tires: 2 } }\n", '4:29 unknown key "tires"; did you mean "tries"?'),
        ("  - { action: log, if: call.from }\n", "4:24 a condition must be true or false, this is text"),
        ("  - { action: log, if: 'true' }\n", "4:24 this condition is the same for every event"),
        ("  - { action: log, for_each: call.from }\n", "4:30 `for_each` must be a list"),
        ("  - { action: log, for_each: '${{ call.from }}' }\n", "4:30 `for_each` must be a list; this expression"),
        (
            "  - { action: log, with: { message: '${{ item }}' } }\n",
            '4:42 "item" exists only inside the `with` of a step with `for_each`',
        ),
    ],
)
def test_mistakes(steps: str, message: str) -> None:
    lines = found(HEAD + steps)
    assert any(line.startswith(message) for line in lines), lines


def test_ids_are_unique() -> None:
    steps = "  - { action: log, id: a, with: { message: x } }\n" * 2
    assert found(HEAD + steps) == ['5:24 the id "a" is taken by the step on line 4']


def test_a_step_cannot_be_used_before_it_ran() -> None:
    steps = """\
  - action: log
    if: steps.later.outcome == "done"
    with: { message: '${{ steps.later.value }} ${{ steps.own.outcome }}' }
  - id: own
    action: log
    with: { message: '${{ steps.own.outcome }}' }
  - id: later
    action: memory.add
    with: { scope: call, key: k }
  - action: log
    with: { message: '${{ steps.later.value }}' }
"""
    assert found(HEAD + steps) == [
        '5:9 step "later" has not run yet in `steps[0].if`',
        '6:27 step "later" has not run yet in `steps[0].with`',
        '6:52 step "own" has not run yet in `steps[0].with`',
        '9:27 step "own" has not run yet in `steps[1].with`',
    ]


def test_outputs_of_an_action_that_declares_none_are_open() -> None:
    steps = """\
  - id: told
    action: notify
    with: { to: x }
  - action: log
    with: { message: '${{ steps.told.anything.at.all }} ${{ steps.told.outcome }}' }
"""
    assert found(HEAD + steps) == []


def test_outputs_of_for_each_are_its_items() -> None:
    steps = """\
  - id: all
    action: memory.add
    for_each: [a, b]
    with: { scope: call, key: '${{ item }}' }
  - action: log
    with: { message: '${{ size(steps.all.items) }} ${{ steps.all.value }}' }
"""
    assert found(HEAD + steps) == ['9:56 step "all" gives items or outcome, not "value"']


def test_there_is_a_bound_on_steps() -> None:
    steps = "  - { action: log, with: { message: x } }\n" * 101
    assert found(HEAD + steps) == ["4:3 a rule has at most 100 steps"]


def test_nodes_of_steps_for_their_places() -> None:
    root = read_yaml(HEAD + "  - action: log\n  - x\n").root
    assert isinstance(root, Map)
    assert [node.line for node in step_nodes(root)] == [4]
