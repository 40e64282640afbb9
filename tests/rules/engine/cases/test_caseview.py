from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from rules.engine.cases.caseview import CaseError, view_of
from rules.engine.cases.testfile import Case, read_tests
from rules.engine.playing.events import EventView
from tests.rules.engine.vocab import NOW, VOCABULARY, WIDE, event, rule_of, tool_event, tool_view

TOOL = rule_of("description: x\non: tool-calls\nconnections: front_desk\nanswer: { result: x }\n")
REPORT = rule_of(
    "description: x\non: end-of-call-report\nsteps: [{ action: log, with: { message: x } }]\n", name="report"
)


def case(event_text: str, at: str = "2026-03-02T19:00:00+01:00") -> Case:
    text = f"cases:\n  - name: n\n    at: {at}\n    event: {event_text}\n    expect: {{ outcome: ran }}\n"
    file = read_tests("x", "x.test.yaml", text, None, VOCABULARY)
    assert file.findings == (), [finding.text for finding in file.findings]
    return file.cases[0]


def sampler(sample: str | Mapping[str, Any], connection: str) -> EventView:
    if sample == "missing":
        raise LookupError("no sample missing")
    if isinstance(sample, Mapping):
        return event(raw=dict(sample))
    view = tool_event(tool_view(email="a@b.nl"), tool_view("other", "tool_2"))
    return replace(view, connection=connection)


def made(event_text: str, rule: Any = TOOL, at: str = "2026-03-02T19:00:00+01:00") -> EventView:
    return view_of(case(event_text, at), rule, VOCABULARY, sampler)


def test_samples_take_the_case_moment_and_the_rules_connection() -> None:
    view = made("{ sample: s }", at="2026-05-01T10:00:00Z")
    assert view.connection == "front_desk"
    moment = datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert {view.values[name] for name in ("now", "event.received_at", "event.occurred_at")} == {moment}


def test_payloads_go_to_the_sampler() -> None:
    assert made("{ payload: { message: { type: x } } }").values["raw"] == {"message": {"type": "x"}}


def test_set_reaches_names_fields_tools_and_attributes() -> None:
    view = made(
        "{ sample: s, set: { call.to: '+311', raw.a.b: 1, tool.name: book, tool.arguments.day: mon, "
        "tool.arguments.email: null, event.native: odd, event.connection: outbound } }"
    )
    assert view.values["call.to"] == "+311"
    assert view.values["raw"] == {"a": {"b": 1}}
    assert view.tools[0].name == "book"
    assert view.tools[0].values["tool.arguments"] == {"day": "mon"}
    assert view.tools[1].name == "other"
    assert (view.native, view.connection) == ("odd", "outbound")


def test_fields_make_an_event_of_the_rules_kind() -> None:
    view = made("{ fields: { call: { to: '+311' }, report.duration: 90, report: { analysis: { a: 1 } } } }", REPORT)
    assert (view.kind, view.values["call.to"], view.values["call.from"]) == ("end-of-call-report", "+311", "")
    assert view.values["report.duration"] == 90.0
    assert view.values["report.analysis"] == {"a": 1}
    assert view.values["now"] == NOW
    assert view.values["event.kind"] == "end-of-call-report"


def test_fields_of_a_tool_call() -> None:
    view = made("{ fields: { tool.name: book, tool.arguments.day: mon } }")
    assert view.tools[0].name == "book"
    assert view.tools[0].values["tool.arguments"] == {"day": "mon"}
    assert view.connection == "front_desk"
    assert view.provider == "flireo"


def test_fields_of_a_schedule_belong_to_the_rule() -> None:
    rule = rule_of("description: x\non: manual\nsteps: [{ action: log, with: { message: x } }]\n", name="nightly")
    assert rule.listens(made("{ fields: {} }", rule))


def by_itself(on: str, event_text: str, connections: str = "[front_desk]") -> EventView:
    text = f"description: x\non: {on}\nconnections: {connections}\nsteps: [{{ action: log, with: {{ message: x }} }}]\n"
    rule = rule_of(text, name="nightly", vocabulary=WIDE)
    event_line = f"    event: {event_text}\n" if event_text else ""
    text = f"cases:\n  - name: n\n    at: 2026-03-02T18:00:00Z\n{event_line}    expect: {{ outcome: ran }}\n"
    file = read_tests("nightly", "nightly.test.yaml", text, rule, WIDE)
    assert file.findings == (), [finding.text for finding in file.findings]
    view = view_of(file.cases[0], rule, WIDE, sampler)
    assert rule.listens(view)
    return view


SCHEDULE = 'schedule: { cron: "0 18 * * *" }'


@pytest.mark.parametrize(
    ("on", "event_text", "kind"),
    [
        (f"{{ {SCHEDULE} }}", "", "schedule"),
        (f"{{ {SCHEDULE}, manual: , tool-calls: x }}", "", "schedule"),
        (f"{{ {SCHEDULE}, manual: , tool-calls: x }}", "{ kind: manual }", "manual"),
        (f"{{ {SCHEDULE}, manual: , tool-calls: x }}", "{ data: { city: Breda } }", "manual"),
        ("manual", "", "manual"),
        ("[manual, tool-calls]", "", "manual"),
    ],
)
def test_a_rule_that_runs_by_itself_needs_only_the_moment(on: str, event_text: str, kind: str) -> None:
    view = by_itself(on, event_text)
    assert (view.kind, view.name, view.connection) == (kind, "nightly", "front_desk")
    assert view.values["now"] == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert view.values["event.name"] == "nightly"
    assert view.values.get("data") == ({"city": "Breda"} if "Breda" in event_text else {} if kind == "manual" else None)


def test_it_is_on_no_connection_when_the_rule_lists_several() -> None:
    assert by_itself("manual", "", "[front_desk, outbound]").connection == ""
    named = by_itself("manual", "{ kind: manual, connection: outbound }", "[front_desk, outbound]")
    assert named.connection == "outbound"


def test_data_of_other_kinds() -> None:
    rule = rule_of("description: x\non: { event: ring }\nsteps: [{ action: log, with: { message: x } }]\n")
    text = "cases:\n  - name: n\n    event: { data: { a: 1 } }\n    expect: { outcome: ran }\n"
    (case_,) = read_tests("x", "x.test.yaml", text, rule, VOCABULARY).cases
    assert view_of(case_, rule, VOCABULARY, sampler).values["data"] == {"a": 1}


@pytest.mark.parametrize(
    ("event_text", "message"),
    [
        ("{ sample: missing }", "the event cannot be made: .*no sample missing"),
        ("{ sample: s, set: { call.form: x } }", 'a tool-calls event has no "call.form"; did you mean "call.from"'),
        ("{ sample: s, set: { call.to: 5 } }", "call.to must be a string, this is 5"),
        ("{ sample: s, set: { raw: x } }", "raw must be a map"),
        ("{ sample: s, set: { call.to.x: 5 } }", 'has no "call.to.x"'),
        ("{ sample: s, set: { now: soon } }", "now: 'soon' is not a moment"),
        ("{ sample: s, set: { now: 5 } }", "now must be a"),
        ("{ sample: s, set: { now: 2026-03-02T19:00:00 } }", "now needs an offset"),
        ("{ fields: { report: { zebra: 1 } } }", 'has no "report.zebra"'),
    ],
)
def test_events_that_cannot_be_made(event_text: str, message: str) -> None:
    with pytest.raises(CaseError, match=message):
        made(event_text)


def test_several_kinds_need_a_word() -> None:
    rule = rule_of(
        "description: x\non: [tool-calls, assistant-request]\nsteps: [{ action: log, with: { message: x } }]\n"
    )
    with pytest.raises(CaseError, match="several kinds"):
        made("{ fields: {} }", rule)
    assert made("{ fields: {}, kind: assistant-request }", rule).kind == "assistant-request"
