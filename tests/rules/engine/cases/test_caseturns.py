"""Cases about time, holds, modes and the turns of a whole folder, played as ops would write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.engine.cases.testing import Results
from tests.rules.engine.cases.test_testing import run, shown

VIP = """\
description: Important callers reach the senior agent.
on: assistant-request
priority: 5
if: call.from == "+31612340001"
answer: { assistant: senior }
"""
DAY = """\
description: Everybody else is looked up.
on: assistant-request
steps:
  - id: customer
    action: http.request
    with: { url: 'https://crm.example.com/customers', query: { phone: '${{ call.from }}' }, accept: [404] }
    timeout: 2s
answer:
  - if: steps.customer.status == 200
    assistant: known
  - assistant: day
within: 3s
meanwhile: { default: true }
"""
LAST = "description: x\non: assistant-request\nbackstop: true\nanswer: { reject: Sorry. }\n"
BESIDE = "description: x\non: assistant-request\nsteps: [{ id: note, action: log, with: { message: x } }]\n"
STRANGER = "event: { sample: assistant-request, set: { call.from: '+31612349999' } }"
FOUND = "stubs: { http: { request: { url: 'https://crm.example.com/*' }, body: { name: Ada } } }"
FOLDER = {"vip.yaml": VIP, "day.yaml": DAY, "last.yaml": LAST, "beside.yaml": BESIDE}


def case(*lines: str) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"cases:\n  - name: n\n{body}"


def outcome(folder: Path, rule: str, *lines: str, **changed: str) -> list[str]:
    files = FOLDER | {f"{name}.yaml": text for name, text in changed.items()}
    results: Results = run(folder, files | {f"{rule}.test.yaml": case(*lines)})
    assert [finding.text for finding in results.findings] == []
    assert len(results.cases) == 1
    return shown(results)


def test_the_first_answer_ends_the_turns(tmp_path: Path) -> None:
    told = outcome(
        tmp_path, "day", "event: { sample: assistant-request }",
        "expect: { answered_by: vip, outcome: overtaken, answer: null, calls: [], "
        "rules: { beside: ran, last: overtaken } }",
    )  # fmt: skip
    assert told == []


def test_a_miss_passes_the_turn(tmp_path: Path) -> None:
    told = outcome(
        tmp_path, "vip", STRANGER, FOUND,
        "expect: { answered_by: day, outcome: not_matched, rules: { day: ran }, "
        "calls: [ { rule: day, step: customer } ] }",
    )  # fmt: skip
    assert told == []


def test_a_failing_rule_leaves_it_to_the_backstop(tmp_path: Path) -> None:
    down = "stubs: { day.customer: { error: down } }"
    told = outcome(
        tmp_path, "last", STRANGER, down, "expect: { answered_by: last, rules: { day: failed, vip: not_matched } }"
    )
    assert told == []


def test_nobody_may_answer(tmp_path: Path) -> None:
    files = {"vip.yaml": VIP, "vip.test.yaml": case(STRANGER, "expect: { answered_by: nobody }")}
    assert shown(run(tmp_path, files)) == []


def test_steps_of_other_rules_need_stubs_under_their_names(tmp_path: Path) -> None:
    (problem,) = outcome(tmp_path, "vip", STRANGER, "expect: { answered_by: day }")
    assert "step day.customer (http.request) has no stub; say what it gives, as in `stubs: { day.customer: {" in problem


def test_by_itself_a_rule_is_not_overtaken(tmp_path: Path) -> None:
    assert outcome(tmp_path, "day", "event: { sample: assistant-request }", FOUND, "expect: { outcome: ran }") == []


def test_shadow_and_disabled_rules_take_no_turn(tmp_path: Path) -> None:
    told = outcome(
        tmp_path, "day", "event: { sample: assistant-request }", FOUND,
        "expect: { answered_by: day, rules: { vip: shadow, last: disabled } }",
        vip=f"{VIP}mode: shadow\n", last=f"{LAST}enabled: false\n",
    )  # fmt: skip
    assert told == []


@pytest.mark.parametrize(("more", "wanted"), [("mode: shadow", "shadow"), ("enabled: false", "disabled")])
def test_a_rule_can_be_expected_to_watch(tmp_path: Path, more: str, wanted: str) -> None:
    expect = f"expect: {{ outcome: {wanted}, calls: [], answer: null }}"
    assert outcome(tmp_path / "it", "day", STRANGER, expect, day=f"{DAY}{more}\n") == []
    assert outcome(tmp_path, "vip", "event: { sample: assistant-request }", f"expect: {{ outcome: {wanted} }}") == [
        f'outcome: wanted "{wanted}", got "ran"'
    ]


def test_what_a_caller_hears_meanwhile(tmp_path: Path) -> None:
    slow = "stubs: { customer: [ { unavailable: busy, delay: 900ms }, { status: 200, delay: 1s } ] }"
    assert outcome(
        tmp_path, "day", STRANGER, slow,
        "expect: { late: true, meanwhile: { default: true }, answer: { assistant: known }, calls: { tries: 2 } }",
    ) == []  # fmt: skip


def test_no_try_begins_after_the_deadline(tmp_path: Path) -> None:
    told = outcome(
        tmp_path, "day", STRANGER, "stubs: { customer: { delay: 9s } }",
        'expect: { outcome: failed, error: no time left for another try, late: false, meanwhile: null, answer: null, '
        'stopped_at: "steps[0]", steps: { customer: failed } }',
    )  # fmt: skip
    assert told == []


def test_a_taken_place_passes_the_turn(tmp_path: Path) -> None:
    limited = f"{VIP}limit: {{ count: 1, per: 1h, key: call.from }}\n"
    event = "event: { sample: assistant-request }"
    told = outcome(
        tmp_path, "vip", event, FOUND, "holds: { limit: taken }",
        "expect: { outcome: limited, stopped_at: limit, answered_by: day }", vip=limited,
    )  # fmt: skip
    assert told == []
    assert outcome(tmp_path, "vip", event, "expect: { outcome: ran }", vip=limited) == []


def test_a_hold_the_rule_does_not_have_is_a_mistake(tmp_path: Path) -> None:
    cases = case(STRANGER, "holds: { once: taken }", "expect: { outcome: ran }")
    results = run(tmp_path, {"vip.yaml": VIP, "vip.test.yaml": cases})
    assert [finding.message for finding in results.findings] == ["rule vip has no `once`"]


def test_waiting_for_a_place_takes_time(tmp_path: Path) -> None:
    queue = f"{DAY}concurrency: {{ key: call.to, max: 1, mode: queue }}\n"
    told = outcome(
        tmp_path, "day", STRANGER, "holds: { concurrency: 2s }", "stubs: { customer: { status: 404, delay: 1500ms } }",
        "expect: { late: true, answer: { assistant: day }, meanwhile: { default: true } }", day=queue,
    )  # fmt: skip
    assert told == []


EACH = """\
description: x
on: status-update
steps:
  - id: notes
    for_each: ${{ ["a", "b", "c"] }}
    action: http.request
    with: { url: 'https://crm.example.com/notes', body: { text: '${{ item }}' } }
    on_error: continue
  - action: emit
    with:
      event: noted
      at: ${{ now + duration("30m") }}
      data: { failed: '${{ steps.notes.items.filter(i, i.outcome == "failed").size() }}' }
  - action: memory.set
    with: { scope: caller, key: seen, value: true }
"""


def test_for_each_item_by_its_request(tmp_path: Path) -> None:
    event = "event: { fields: { call.from: '+31612340001' } }"
    stubs = (
        "stubs: { http: [ { request: { body: { text: b } }, status: 400 }, "
        "{ request: { method: POST, url: 'https://crm.example.com/notes' }, status: 201 } ] }"
    )
    expect = (
        "expect: { outcome: ran, steps: { notes: failed }, calls: [ { step: notes, index: 0 }, "
        "{ request: { body: { text: c } }, index: 2 } ], emitted: [ { event: noted, at: 2026-01-05T12:30, "
        "data: { failed: 1 } } ], memory: { caller: { seen: true } }, no_calls: [ { action: number.link } ] }"
    )
    assert shown(run(tmp_path, {"each.yaml": EACH, "each.test.yaml": case(event, stubs, expect)})) == []


def test_where_nobody_waits_a_backstop_runs_only_alone(tmp_path: Path) -> None:
    step = "steps: [{ action: log, with: { message: x } }]\n"
    files = {
        "first.yaml": f"description: x\non: status-update\nif: call.from != ''\n{step}",
        "rest.yaml": f"description: x\non: status-update\nbackstop: true\n{step}",
        "rest.test.yaml": case("event: { fields: { call.from: '+31612340001' } }", "expect: { outcome: overtaken }")
        + case("event: { fields: {} }", "expect: { rules: { first: not_matched, rest: ran } }").replace(
            "cases:\n  - name: n", "  - name: m"
        ),
    }
    assert shown(run(tmp_path, files)) == []
