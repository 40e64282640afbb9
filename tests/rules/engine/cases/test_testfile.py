from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.cases.testfile import Stub, TestFile, read_tests
from tests.rules.engine.vocab import VOCABULARY, brief, rule_of

RULE = rule_of("""\
description: x
on: { tool-calls: send_invoice }
steps:
  - { id: customer, action: http.request, with: { url: 'https://x.example' } }
  - { action: notify, with: { to: x } }
answer: { result: '${{ steps.customer.status }}' }
""")
CASE = """\
cases:
  - name: n
    event: { sample: s }
    expect: { outcome: ran }
"""


def read(text: str | bytes) -> TestFile:
    return read_tests("ask_email", "rules/live/ask_email.test.yaml", text, RULE, VOCABULARY)


def test_a_whole_case() -> None:
    file = read("""\
cases:
  - name: an unknown customer is told so
    at: 2026-03-02T19:00:00+01:00
    event: { sample: flireo/tool-calls__g2, set: { tool.name: send_invoice }, connection: front_desk }
    stubs:
      customer: { status: 404, delay: 5s }
      step-2: [{ error: no }, {}]
    memory: { caller: { calls: 2 } }
    vars: { most: 5 }
    expect:
      answer: { result: I cannot }
      calls: [{ step: customer, with: { url: x } }]
""")
    assert file.findings == ()
    (case,) = file.cases
    assert (case.name, case.line, case.at) == (
        "an unknown customer is told so",
        2,
        datetime(2026, 3, 2, 18, tzinfo=UTC),
    )
    assert case.event["set"] == {"tool.name": "send_invoice"}
    assert case.stubs == {
        "customer": (Stub({"status": 404}, delay=5.0),),
        "step-2": (Stub(error="no"), Stub()),
    }
    assert (case.memory, case.vars) == ({"caller": {"calls": 2}}, {"most": 5})


def test_without_a_moment_it_is_a_monday_at_noon_where_the_office_is() -> None:
    assert read(CASE).cases[0].at == datetime(2026, 1, 5, 11, tzinfo=UTC)
    assert read(CASE.replace("name: n", "name: n\n    at: 2026-03-02T19:00")).cases[0].at.hour == 19


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cases:", "case:", '1:1 unknown key "case"; did you mean "cases"?'),
        ("    event: { sample: s }\n", "", "2:5 a case needs `event`"),
        ("sample: s", "smaple: s", '3:14 unknown key "smaple"; did you mean "sample"?'),
        ("sample: s", "sample: s, fields: {}", "3:12 an event is one of `sample`, `payload`, `fields` or `data`"),
        ("sample: s", "fields: {}, kind: nothing", '3:32 unknown kind of event "nothing"'),
        ("sample: s", "sample: s, set: x", "3:30 `set` must be a map, this is text"),
        (
            "outcome: ran",
            "outcome: run",
            "4:24 `outcome` is ran, failed, not_matched, error, limited, parked, overtaken, shadow or disabled, "
            'not "run"; did you mean "ran"?',
        ),
        ("outcome: ran", "outcom: ran", '4:15 unknown key "outcom"; did you mean "outcome"?'),
        ("{ outcome: ran }", "{}", "4:13 `expect` is empty, so this case cannot fail"),
        ("outcome: ran", "calls: [{ stp: customer }]", '4:25 unknown key "stp"; did you mean "step"?'),
        ("outcome: ran", "late: maybe", "4:21 `late` must be true or false"),
        ("name: n", "name: n\n    at: tomorrow", '3:9 "tomorrow" is not a moment'),
        ("name: n", "name: n\n    stubs: { custmer: {} }", '3:14 unknown key "custmer"; did you mean "customer"?'),
        (
            "name: n",
            "name: n\n    stubs: { customer: { stats: 1 } }",
            '3:26 unknown key "stats"; did you mean "status"?',
        ),
        ("name: n", "name: n\n    stubs: { customer: 404 }", "3:24 a stub must be a map, this is a number"),
        ("name: n", "name: n\n    stubs: { customer: { delay: soon } }", '3:33 `delay`: "soon" is not a duration'),
        ("name: n", "name: n\n    memory: { world: {} }", '3:15 unknown key "world"; `memory` has call or caller'),
    ],
)
def test_mistakes(old: str, new: str, message: str) -> None:
    said = brief(read(CASE.replace(old, new)).findings)
    assert any(line.startswith(message) for line in said), said


def test_names_of_cases_are_unique() -> None:
    assert brief(read(CASE + CASE.replace("cases:\n", "")).findings) == ['5:11 the case on line 2 has the name "n" too']


@pytest.mark.parametrize("text", ["", "cases: []\n", "cases: x\n", "cases: [n]\n", "- a\n"])
def test_a_file_without_cases(text: str) -> None:
    assert read(text).cases == ()
    assert len(read(text).findings) == 1


def test_a_broken_rule_still_has_its_tests_read() -> None:
    file = read_tests("x", "x.test.yaml", CASE, None, VOCABULARY)
    assert (len(file.cases), file.findings) == (1, ())


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    assert read(data).path


@given(st.integers(0, len(CASE)), st.text(alphabet="[]{}:-, \n'\"&*!#|>a1", max_size=6))
def test_no_damage_makes_it_raise(at: int, put: str) -> None:
    assert read(CASE[:at] + put + CASE[at:]).path


BY_ITSELF = "description: x\non: ON\nsteps: [{ action: log, with: { message: x } }]\n"


@pytest.mark.parametrize(
    ("on", "event", "message"),
    [
        ("manual", "", ""),
        ('{ schedule: { cron: "0 18 * * *" } }', "", ""),
        ('{ schedule: { cron: "0 18 * * *" }, tool-calls: x }', "", ""),
        ("manual", "    event: { data: { city: Breda } }\n", ""),
        ("manual", "    event: { kind: manual }\n", ""),
        ("manual", "    event: { data: 5 }\n", "3:20 `data` must be a map"),
        ("manual", "    event: { data: {}, fields: {} }\n", "3:12 an event is one of"),
        ("tool-calls", "", "2:5 a case needs `event`"),
        ("tool-calls", "    event: { kind: tool-calls }\n", "3:12 an event is one of"),
    ],
)
def test_rules_that_run_by_themselves_need_no_event(on: str, event: str, message: str) -> None:
    text = f"cases:\n  - name: n\n{event}    expect: {{ outcome: ran }}\n"
    rule = rule_of(BY_ITSELF.replace("ON", on))
    lines = brief(read_tests("x", "x.test.yaml", text, rule, VOCABULARY).findings)
    assert any(line.startswith(message) for line in lines) if message else lines == []
