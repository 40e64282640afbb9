from __future__ import annotations

import pytest

from rules.engine.cases.testfile import read_tests
from tests.rules.engine.vocab import VOCABULARY, brief, rule_of

RULE = rule_of(
    "description: x\non: tool-calls\nanswer: { result: x }\n"
    "steps: [{ id: customer, action: http.request, with: { url: 'https://x.example' } }]\n",
    name="own",
)
OTHER = rule_of(
    "description: x\non: tool-calls\nsteps: [{ id: ask, action: log, with: { message: x } }]\n", name="other"
)


def said(expect: str) -> list[str]:
    text = f"cases:\n  - name: n\n    event: {{ sample: s }}\n    expect: {expect}\n"
    return brief(read_tests("own", "own.test.yaml", text, RULE, VOCABULARY, [RULE, OTHER]).findings)


@pytest.mark.parametrize(
    "expect",
    [
        "{ answered_by: other, rules: { own: overtaken, other: ran } }",
        "{ answered_by: nobody }",
        "{ calls: [], emitted: [], answer: null }",
        "{ calls: [ { request: { url: '*', body: { a: 1 } }, tries: 2 }, { rule: other, step: ask } ] }",
        "{ no_calls: { action: number.link } }",
        "{ memory: { caller: { calls: 3 }, call: { k: null } }, emitted: { event: later, data: {}, at: 2026-03-02 } }",
        "{ answer_has: { config: { voice: x } }, steps: { customer: failed } }",
    ],
)
def test_what_can_be_expected(expect: str) -> None:
    assert said(expect) == []


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("{ answered_by: othr }", 'there is no rule "othr"; did you mean "other"?'),
        ("{ rules: { vip: ran } }", 'there is no rule "vip"; there is other, own'),
        ("{ rules: { other: run } }", "the outcome of other is ran, "),
        ("{ steps: { custmer: done } }", 'rule own has no step "custmer"; did you mean "customer"?'),
        ("{ steps: { customer: ok } }", "the outcome of customer is done, failed or skipped"),
        ("{ calls: [ { step: custmer } ] }", 'rule own has no step "custmer"; did you mean "customer"?'),
        ("{ calls: [ { rule: other, step: customer } ] }", 'rule other has no step "customer"; there is ask'),
        ("{ calls: [ {} ] }", "a call says nothing"),
        ("{ no_calls: [ { action: number.lnk } ] }", 'there is no action "number.lnk"; did you mean "number.link"?'),
        ("{ no_calls: [] }", "`no_calls` names no call; for none at all write `calls: []`"),
        ("{ calls: [ { request: { methd: GET } } ] }", 'unknown key "methd"; did you mean "method"?'),
        ("{ emitted: [ { name: x } ] }", 'unknown key "name"'),
        ("{ memory: { callr: {} } }", 'unknown key "callr"; did you mean "call'),
        ("{ memory: { call: 5 } }", "`call` must be a map"),
        ("{ late: 1 }", "`late` must be true or false"),
        ("[]", "`expect` must be a map"),
    ],
)
def test_what_could_never_be(expect: str, message: str) -> None:
    assert any(message in line for line in said(expect)), said(expect)
