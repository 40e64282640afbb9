from __future__ import annotations

from rules.engine.findings import Finding, closest, did_you_mean, has_errors, one_of


def test_one_line_of_text() -> None:
    finding = Finding("rules/live/ask_email.yaml", 9, 11, "ask_email", 'unknown name "call.form"')
    assert finding.text == 'rules/live/ask_email.yaml:9:11 ask_email: unknown name "call.form"'


def test_findings_sort_by_place() -> None:
    early, late, other = Finding("a", 2, 1, "a", "x"), Finding("a", 10, 1, "a", "x"), Finding("b", 1, 1, "b", "x")
    assert sorted([other, late, early]) == [early, late, other]


def test_only_errors_keep_a_file_out() -> None:
    warning = Finding("a", 1, 1, "a", "x", severity="warning")
    assert not has_errors([warning])
    assert has_errors([warning, Finding("a", 1, 1, "a", "x")])


def test_suggestions_are_near_or_absent() -> None:
    assert did_you_mean("call.form", ["call.from", "call.to"]) == '; did you mean "call.from"?'
    assert did_you_mean("zebra", ["call.from", "call.to"]) == ""
    assert closest("CALL.FROM", ["call.from"]) == "call.from"


def test_choices_in_words() -> None:
    assert one_of(["a"]) == "a"
    assert one_of(["a", "b", "c"]) == "a, b or c"
