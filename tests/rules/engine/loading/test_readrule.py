from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine.loading.readrule import RULE_KEYS
from tests.rules.engine.vocab import VOCABULARY, found, load_text, rule_of

WHOLE = """\
description: Look the caller up and send the invoice.
owner: billing-ops
runbook: https://wiki.example.com/invoice
tags: [billing, mail]
enabled: false
mode: shadow
connections: front_desk
on:
  tool-calls: send_invoice
if:
  - call.from != ""
priority: 5
backstop: true
steps:
  - id: customer
    action: http.request
    with:
      url: https://crm.example.com/customers
      query:
        phone: ${{ call.from }}
      headers:
        authorization: Bearer ${{ secrets.crm_token }}
      accept: [404]
    timeout: 3s
  - id: mail
    if: steps.customer.body.?email.orValue("") != ""
    action: notify
    with:
      to: ${{ secrets.mail_account }}
      body: Your invoice is on its way.
answer:
  - if: steps.mail.outcome == "done"
    result: The invoice goes to ${{ steps.customer.body.email }}.
  - result: I cannot find an e-mail address for you.
within: 4s
meanwhile:
  result: One moment, I am sending it.
late: drop
limit: { count: 3, per: 1h, key: call.from }
concurrency: { key: call.id, mode: skip }
once: { key: call.id + tool.id }
"""


def test_every_key_is_exposed() -> None:
    rule = rule_of(WHOLE, name="send_invoice")
    assert (rule.name, rule.path) == ("send_invoice", "rules/live/send_invoice.yaml")
    assert rule.description == "Look the caller up and send the invoice."
    assert (rule.owner, rule.runbook, rule.tags) == (
        "billing-ops",
        "https://wiki.example.com/invoice",
        ("billing", "mail"),
    )
    assert (rule.enabled, rule.mode, rule.shadow, rule.backstop) == (False, "shadow", True, True)
    assert (rule.connections, rule.priority) == (("front_desk",), 5)
    assert rule.kinds == {"tool-calls"}
    assert [step.key for step in rule.steps] == ["customer", "mail"]
    assert [choice.place for choice in rule.answer] == ["answer[0]", "answer[1]"]
    assert (rule.answers, rule.within, rule.late, rule.late_given) == (True, 4, "drop", True)
    assert rule.meanwhile is not None
    assert (rule.limit is None, rule.concurrency is None, rule.once is None) == (False, False, False)
    assert rule.version.startswith("sha256:")


def test_defaults() -> None:
    rule = rule_of("description: x\non: assistant-request\nanswer: { default: true }\n")
    assert (rule.owner, rule.tags, rule.enabled, rule.mode, rule.connections) == ("", (), True, "live", ())
    assert (rule.priority, rule.backstop, rule.within, rule.late, rule.late_given) == (
        100,
        False,
        None,
        "inject",
        False,
    )
    assert rule.answer[0].place == "answer"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["1:1 the file is empty; a rule needs at least `description` and `on`"]),
        ("- a\n", ["1:1 a rule must be a map, this is a list"]),
        (
            "owner: x\n",
            [
                "1:1 a rule needs `on`: which events it is about",
                "1:1 a rule needs a `description`: one sentence",
                "1:1 this rule does nothing; give it `steps` or an `answer`",
            ],
        ),
        (
            "descripton: x\non: manual\nsteps: []\n",
            [
                '1:1 unknown key "descripton"; did you mean "description"?',
                "3:8 `steps` is empty",
            ],
        ),
        (
            "description: x\non: end-of-call-report\nsteps: [{ action: log, with: { message: x } }]\nwithin: 4s\n",
            ["4:1 `within` means nothing without an `answer`"],
        ),
        (
            "description: x\non: tool-calls\nanswer: { result: x }\nwithin: 0\n",
            ["4:9 `within` leaves no time at all"],
        ),
        (
            "description: x\non: tool-calls\nanswer: { result: x }\nenabled: on\npriority: high\nmode: test\n",
            [
                "4:10 `enabled` must be true or false, this is text; write true",
                "5:11 `priority` must be a number, this is text",
                '6:7 `mode` is live or shadow, not "test"',
            ],
        ),
        (
            "description: x\non: tool-calls\nanswer: { result: x }\nconnections: [frnt_desk]\n",
            ['4:15 there is no connection "frnt_desk"; did you mean "front_desk"?'],
        ),
    ],
)
def test_what_is_missing_or_strange(text: str, messages: list[str]) -> None:
    assert found(text) == messages


def test_the_name_of_a_rule_is_checked() -> None:
    said = found("description: x\non: tool-calls\nanswer: { result: x }\n", name="my rule")
    assert said == ['1:1 "my rule" is no name for a rule: letters, digits, _ and - only']


def test_everything_wrong_is_told_in_one_run_and_the_rule_is_not_used() -> None:
    loaded = load_text(WHOLE.replace("call.from", "call.form").replace("mail:", "mal:").replace("3s", "3 s"))
    assert loaded.rule is None
    assert len(loaded.findings) >= 4
    assert list(loaded.findings) == sorted(loaded.findings)


def test_warnings_do_not_keep_a_rule_out() -> None:
    loaded = load_text("description: x\non: tool-calls\nif: 1 == 1\nanswer: { result: x }\n")
    assert loaded.rule is not None
    assert [finding.severity for finding in loaded.findings] == ["warning"]


def test_a_broken_file_still_has_its_other_mistakes_told() -> None:
    said = found("description: x\non: tool-calls\nif: !open_now(vars.hourz, now)\nanswer: { result: x }\n")
    assert said == [
        "3:5 a value that starts with !; put single quotes around it: '!open_now(vars.hourz, now)'",
        '3:15 unknown name "vars.hourz"; did you mean "vars.hours"?',
    ]


def test_any_secret_may_be_named_when_none_are_known() -> None:
    text = "description: x\non: tool-calls\nsteps: [{ action: notify, with: { to: '${{ secrets.anything }}' } }]\n"
    assert found(text, vocabulary=replace(VOCABULARY, secrets=None)) == []
    assert found(text) == ['3:44 unknown secret "anything"; set HOOKSWITCH_SECRET_ANYTHING']


def test_every_key_stands_in_the_whole_rule() -> None:
    assert all(f"\n{key}:" in f"\n{WHOLE}" for key in RULE_KEYS)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(WHOLE)),
    st.integers(0, 30),
    st.text(alphabet="abz:-[]{}#&*!|>'\"%@$?,.=\n\t ()\x85é", max_size=8),
)
def test_damage_never_makes_it_raise(start: int, length: int, put: str) -> None:
    loaded = load_text(WHOLE[:start] + put + WHOLE[start + length :])
    assert loaded.rule is not None or loaded.findings
    for finding in loaded.findings:
        assert finding.line >= 1
        assert finding.column >= 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_never_make_it_raise(data: bytes) -> None:
    loaded = load_text(data)
    assert loaded.rule is None
    assert loaded.findings


def test_a_rule_cut_off_anywhere_never_makes_it_raise() -> None:
    for end in range(0, len(WHOLE), 7):
        load_text(WHOLE[:end].encode())
