from __future__ import annotations

import pytest

from tests.rules.engine.vocab import event, found, load_text, rule_of

ASSISTANT = "description: x\non: assistant-request\nanswer: ANSWER\n"
TOOL = "description: x\non: tool-calls\nanswer: ANSWER\n"
NIGHT = {"assistants/night.json": '{"name": "Night", "model": {"temperature": 0.5}}'}


@pytest.mark.parametrize(
    "answer",
    [
        "{ assistant: a, override: { x: 1 }, variables: { n: '${{ call.from }}' }, metadata: {}, max_duration: 10m }",
        "{ config: { name: x } }",
        "{ default: true, variables: { a: b } }",
        "{ variables: { a: b } }",
        "{ reject: We are closed. }",
        '{ transfer: "+31850000099" }',
        "{ transfer: 'sip:desk@example.com' }",
        "{ transfer: '${{ call.to }}' }",
        "[{ if: call.from == '', reject: Who? }, { default: true }]",
    ],
)
def test_answers_to_an_assistant_request(answer: str) -> None:
    assert found(ASSISTANT.replace("ANSWER", answer)) == []


@pytest.mark.parametrize(
    "answer",
    ["{ result: ok }", "{ result: { any: [json, 1] } }", "{ error: Not now., say: Sorry }", "{ result: }"],
)
def test_answers_to_a_tool_call(answer: str) -> None:
    assert [line for line in found(TOOL.replace("ANSWER", answer)) if "cannot express" not in line] == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("{}", "3:9 an answer needs assistant, config, default, reject or transfer"),
        ("{ asistant: a }", '3:11 an answer to assistant-request has no "asistant"; did you mean "assistant"?'),
        ("{ metadata: {} }", "3:9 an answer needs assistant, config, default, reject or transfer"),
        ("{ assistant: a, config: {} }", "3:25 an answer has one of assistant, config, default, reject or transfer"),
        ("{ reject: x, variables: {} }", "3:22 `variables` goes with assistant, config or default, not with `reject`"),
        ("{ assistant: 5 }", "3:22 `assistant` must be the id of a saved agent, this is a number"),
        ("{ default: false }", "3:20 `default` is always true; leave it out for no default"),
        ("{ config: [] }", "3:19 `config` must be a map, or a file such as assistants/night.json, this is a list"),
        ("{ config: assistants/nigt.json }", '3:19 there is no file "assistants/nigt.json"'),
        ("{ transfer: 0850000099 }", "3:21 `transfer` must be a number such as +31850000001, or a SIP address"),
        ("{ assistant: a, max_duration: soon }", '3:39 `max_duration`: "soon" is not a duration'),
        ("{ assistant: '${{ secrets.crm_token }}' }", "secrets.crm_token can be used only inside `with`"),
        ("hello", "3:9 an answer must be a map, this is text"),
        ("[]", "3:9 `answer` is empty"),
        ("[{ default: true }, { reject: x }]", "3:29 this answer is never given: the one before it has no `if`"),
        ("[{ if: call.from, default: true }, { reject: x }]", "3:16 a condition must be true or false"),
    ],
)
def test_mistakes(answer: str, message: str) -> None:
    lines = found(ASSISTANT.replace("ANSWER", answer))
    assert any(message in line for line in lines), lines


def test_nobody_waits_for_a_report() -> None:
    assert found("description: x\non: [end-of-call-report, tool-calls]\nanswer: { result: x }\n") == [
        "3:1 nobody waits for an answer to end-of-call-report"
    ]
    assert found("description: x\non: { native: speech-update }\nanswer: { result: x }\n") == [
        "3:1 nobody waits for an answer to an event by its native name"
    ]


def test_whole_assistants_come_from_files() -> None:
    rule = rule_of(ASSISTANT.replace("ANSWER", "{ config: assistants/night.json }"), assistants=NIGHT)
    view = event()
    rendered = rule.answer[0].template.render(rule.activation(view.plain))
    assert rendered == {"config": {"name": "Night", "model": {"temperature": 0.5}}}
    assert rule.source.assistants == NIGHT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ('{"a": NaN}', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "must hold one JSON object"),
    ],
)
def test_broken_assistants_are_found_where_they_are_used(text: str, message: str) -> None:
    lines = found(ASSISTANT.replace("ANSWER", "{ config: assistants/a.json }"), assistants={"assistants/a.json": text})
    assert len(lines) == 1
    assert message in lines[0]


def test_durations_become_seconds() -> None:
    rule = rule_of(ASSISTANT.replace("ANSWER", "{ default: true, max_duration: 1m30s }"))
    assert rule.answer[0].template.render(None) == {"default": True, "max_duration": 90}


def test_meanwhile_is_one_answer_that_knows_no_step() -> None:
    rule = """\
description: x
on: tool-calls
steps:
  - id: a
    action: memory.add
    with: { scope: call, key: k }
answer: { result: '${{ steps.a.value }}' }
within: 4s
meanwhile: MEANWHILE
"""
    loaded = load_text(rule.replace("MEANWHILE", "{ result: 'One moment ${{ call.from }}' }"))
    assert loaded.rule is not None
    assert loaded.rule.meanwhile is not None
    assert found(rule.replace("MEANWHILE", "{ result: '${{ steps.a.value }}' }")) == [
        '9:27 step "a" has not run yet in `meanwhile`'
    ]
    assert found(rule.replace("MEANWHILE", "{ if: 'true', result: x }"))[0].startswith(
        '9:14 an answer to tool-calls has no "if"'
    )
    assert found(rule.replace("MEANWHILE", "[{ result: x }]")) == ["9:12 `meanwhile` must be a map, this is a list"]
