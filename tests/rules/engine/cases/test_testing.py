from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rules.engine.cases.testing import Bench, Results, run_tests
from rules.engine.loading.load import NoFolder
from rules.engine.playing.events import EventView
from tests.rules.engine.vocab import VARS, VOCABULARY, event, tool_event, write_folder

NIGHT = """\
description: Callers outside opening hours reach the night agent.
on: assistant-request
if:
  - call.to in vars.support_numbers
  - '!open_now(vars.hours, now)'
answer:
  assistant: ${{ vars.night_agent }}
"""
NIGHT_TESTS = """\
cases:
  - name: a caller at seven in the evening gets the night agent
    at: 2026-03-02T19:00:00+01:00
    event: { sample: flireo/assistant-request__g3, set: { call.to: "+31850000001" } }
    expect: { outcome: ran, answer: { assistant: asst_night } }
  - name: not in the afternoon
    at: 2026-03-02T15:00:00+01:00
    event: { sample: flireo/assistant-request__g3 }
    expect: { outcome: not_matched, stopped_at: "if[1]" }
  - name: another agent
    at: 2026-03-02T19:00:00+01:00
    event: { sample: flireo/assistant-request__g3 }
    vars: { night_agent: other, hours: { mon: "10:00-11:00" } }
    expect: { answer: { assistant: other } }
"""
INVOICE = """\
description: Look the caller up and send the invoice.
on: { tool-calls: send_invoice }
steps:
  - id: customer
    action: http.request
    with: { url: 'https://crm.example.com', query: { phone: '${{ call.from }}' }, accept: [404] }
  - id: mail
    if: steps.customer.status == 200
    action: notify
    with: { to: '${{ secrets.mail_account }}' }
answer:
  - if: steps.mail.outcome == "done"
    result: sent
  - result: unknown
within: 4s
meanwhile: { result: 'One moment ${{ call.from }}' }
"""


def sampler(sample: str | Mapping[str, Any], connection: str) -> EventView:
    if "nothing" in sample:
        raise LookupError("there is no such sample")
    return event() if "assistant-request" in str(sample) else tool_event()


def run(folder: Path, files: dict[str, str], only: str = "") -> Results:
    return run_tests(write_folder(folder, {"vars.yaml": VARS} | files), VOCABULARY, sampler, only)


def invoice(folder: Path, cases: str) -> Results:
    return run(folder, {"invoice.yaml": INVOICE, "invoice.test.yaml": f"cases:\n{cases}"})


def shown(results: Results) -> list[str]:
    return [case.problem or "; ".join(d.text for d in case.differences) for case in results.cases if not case.passed]


def test_cases_pass_with_a_virtual_clock_and_other_vars(tmp_path: Path) -> None:
    results = run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": NIGHT_TESTS})
    assert shown(results) == []
    assert (len(results.cases), results.passed) == (3, True)


def test_a_failing_case_says_what_differs(tmp_path: Path) -> None:
    results = run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": NIGHT_TESTS.replace("asst_night", "asst_day")})
    assert not results.passed
    assert shown(results) == ['answer.assistant: wanted "asst_day", got "asst_night"']
    assert results.cases[0].played is not None
    assert (results.cases[0].line, results.cases[0].rule) == (2, "night")


def test_stubs_calls_and_secrets(tmp_path: Path) -> None:
    results = invoice(
        tmp_path,
        """\
  - name: sent
    event: { sample: tool-calls }
    stubs: { customer: { status: 200 } }
    expect:
      answer: { result: sent }
      late: false
      steps: { mail: done }
      calls:
        - { step: customer, with: { query: { phone: "+31612340001" } } }
        - { step: mail, with: { to: <secrets.mail_account> } }
  - name: unknown
    event: { sample: tool-calls }
    stubs: { customer: { status: 404 } }
    expect: { answer: { result: unknown }, steps: { mail: skipped } }
  - name: broken
    event: { sample: tool-calls }
    stubs: { customer: { error: down } }
    expect: { outcome: failed, answer: null, stopped_at: "steps[0]", error: down }
""",
    )
    assert shown(results) == []


def test_a_late_answer_and_what_is_said_meanwhile(tmp_path: Path) -> None:
    results = invoice(
        tmp_path,
        """\
  - name: slow
    event: { sample: tool-calls }
    stubs: { customer: { status: 200, delay: 5s } }
    expect: { late: true, answer: { result: sent }, meanwhile: { result: One moment +31612340001 } }
  - name: just in time
    event: { sample: tool-calls }
    stubs: { customer: { status: 200, delay: 4s } }
    expect: { late: false }
""",
    )
    assert shown(results) == []


def test_the_platforms_own_deadline_counts_too(tmp_path: Path) -> None:
    text = INVOICE.replace("within: 4s\n", "").replace("meanwhile: { result: 'One moment ${{ call.from }}' }\n", "")
    case = (
        "cases:\n  - name: n\n    event: { sample: tool-calls }\n    stubs: { customer: { status: 200, delay: 9s } }\n"
    )
    results = run(tmp_path, {"i.yaml": text, "i.test.yaml": case + "    expect: { late: true, meanwhile: null }\n"})
    assert shown(results) == []


def test_a_step_without_a_stub_fails_the_case(tmp_path: Path) -> None:
    results = invoice(tmp_path, "  - name: n\n    event: { sample: tool-calls }\n    expect: { outcome: ran }\n")
    assert shown(results)[0].startswith("step customer (http.request) has no stub; say what it gives, as in `stubs: {")


def test_a_rule_that_does_not_listen(tmp_path: Path) -> None:
    case = "  - name: n\n    event: { sample: tool-calls, set: { tool.name: other } }\n    expect: EXPECT\n"
    results = invoice(tmp_path, case.replace("EXPECT", '{ outcome: not_matched, stopped_at: "on" }'))
    assert shown(results) == []


def test_events_that_cannot_be_made_fail_the_case(tmp_path: Path) -> None:
    results = invoice(tmp_path, "  - name: n\n    event: { sample: nothing }\n    expect: { outcome: ran }\n")
    assert shown(results) == ["the event cannot be made: there is no such sample"]


def test_vars_that_break_the_rule_fail_the_case(tmp_path: Path) -> None:
    cases = NIGHT_TESTS.replace('hours: { mon: "10:00-11:00" }', "support_numbers: 5")
    results = run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": cases})
    assert len(shown(results)) == 1
    assert shown(results)[0].startswith("the rule does not check with these `vars`")


def test_shadow_and_disabled_rules_are_tested_all_the_same(tmp_path: Path) -> None:
    text = NIGHT + "enabled: false\nmode: shadow\n"
    assert run(tmp_path, {"night.yaml": text, "night.test.yaml": NIGHT_TESTS}).passed


def test_filter_by_rule_case_or_tag(tmp_path: Path) -> None:
    cases = NIGHT_TESTS.replace("- name: another agent", "- name: another agent\n    tags: [agents]")
    files = {"night.yaml": NIGHT + "tags: [calls]\n", "night.test.yaml": cases}
    assert [len(run(tmp_path, files, only).cases) for only in ("agents", "tag:agents", "tag:calls", "tag:agent")] == [
        1,
        1,
        3,
        0,
    ]
    assert [len(run(tmp_path, files, only).cases) for only in ("rule:night", "rule:nigh", "case:afternoon")] == [
        3,
        0,
        1,
    ]
    assert len(run(tmp_path, files, "afternoon").cases) == 1
    assert len(run(tmp_path, files, "night").cases) == 3
    assert run(tmp_path, files, "zebra").cases == []


def test_tests_of_broken_or_missing_rules_are_findings(tmp_path: Path) -> None:
    files = {
        "night.yaml": NIGHT.replace("call.to", "call.two"),
        "night.test.yaml": NIGHT_TESTS,
        "gone.test.yaml": NIGHT_TESTS,
    }
    results = run(tmp_path, files)
    assert not results.passed
    assert [finding.code for finding in results.findings] == ["test-without-rule", "unknown-name"]


def test_memory_is_the_cases_own(tmp_path: Path) -> None:
    rule = """\
description: The third call in a week goes to a person.
on: assistant-request
steps:
  - id: calls
    action: memory.add
    with: { scope: caller, key: calls }
answer:
  - if: steps.calls.value >= 3
    transfer: "+31850000099"
"""
    cases = """\
cases:
  - name: third
    event: { sample: assistant-request }
    memory: { caller: { calls: 2 } }
    expect: { answer: { transfer: "+31850000099" } }
  - name: second
    event: { sample: assistant-request }
    memory: { caller: { calls: 1 } }
    expect: { outcome: ran, answer: null }
"""
    assert shown(run(tmp_path, {"third.yaml": rule, "third.test.yaml": cases})) == []


def test_coverage_says_what_no_case_reached(tmp_path: Path) -> None:
    results = run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": NIGHT_TESTS, "invoice.yaml": INVOICE})
    assert [(line.rule, line.what) for line in results.coverage.unreached] == [
        ("invoice", "no case plays this rule"),
        ("night", "if[0] is never false"),
    ]


def test_no_folder_cannot_be_tested(tmp_path: Path) -> None:
    with pytest.raises(NoFolder):
        run_tests(tmp_path / "nowhere", VOCABULARY, sampler)


def test_coverage_of_some_cases_is_about_their_rules(tmp_path: Path) -> None:
    files = {"night.yaml": NIGHT, "night.test.yaml": NIGHT_TESTS, "invoice.yaml": INVOICE}
    assert {line.rule for line in run(tmp_path, files, "night").coverage.unreached} == {"night"}


def test_the_first_failure_may_end_it(tmp_path: Path) -> None:
    cases = NIGHT_TESTS.replace("asst_night", "asst_day")
    folder = write_folder(tmp_path, {"vars.yaml": VARS, "night.yaml": NIGHT, "night.test.yaml": cases})
    results = Bench(folder, VOCABULARY, sampler).run(fail_fast=True)
    assert (len(results.cases), results.stopped, results.passed) == (1, True, False)


def test_a_case_with_a_mistake_is_not_played_and_the_others_are(tmp_path: Path) -> None:
    cases = NIGHT_TESTS.replace("outcome: not_matched", "outcome: no")
    results = run(tmp_path, {"night.yaml": NIGHT, "night.test.yaml": cases})
    assert [case.name for case in results.cases if not case.passed] == []
    assert (len(results.cases), len(results.findings), results.passed) == (2, 1, False)


def test_other_vars_are_read_once_for_all_cases_that_say_the_same(tmp_path: Path) -> None:
    cases = "cases:\n" + "".join(
        f"  - name: n{number}\n    event: {{ sample: assistant-request }}\n    vars: {{ night_agent: {agent} }}\n"
        f"    expect: {{ outcome: not_matched }}\n"
        for number, agent in enumerate("aab")
    )
    folder = write_folder(tmp_path, {"vars.yaml": VARS, "night.yaml": NIGHT, "night.test.yaml": cases})
    bench = Bench(folder, VOCABULARY, sampler)
    bench.run()
    rule = bench.loaded.rules[0]
    varied = [bench.with_vars(rule, case) for _, case in bench.chosen(())]
    assert varied[0] is varied[1] is not varied[2]
