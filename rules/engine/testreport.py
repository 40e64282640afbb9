"""Test results for people, and as JUnit XML for build servers."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from rules.engine.plain import to_json
from rules.engine.played import ConditionTrace, Played
from rules.engine.testing import CaseResult, Results


def report_text(results: Results) -> str:
    """Findings, failing cases with their difference and trace, and one line that sums up."""
    lines = [finding.text for finding in results.findings]
    for case in results.cases:
        if not case.passed:
            lines += failure_lines(case)
    failed = sum(not case.passed for case in results.cases)
    passed = len(results.cases) - failed
    lines.append(f"{passed} passed" + (f", {failed} failed" if failed else ""))
    return "\n".join(lines) + "\n"


def failure_lines(case: CaseResult) -> Iterator[str]:
    """What went otherwise, and the trace of the rule."""
    yield f"FAIL {case.path}:{case.line} {case.name}"
    if case.problem:
        yield f"  {case.problem}"
    for difference in case.differences:
        yield f"  {difference.text}"
    if case.played is not None:
        yield from trace_lines(case.played)


def trace_lines(played: Played) -> Iterator[str]:
    """The decisions of one rule, indented."""
    yield f"  trace of {played.rule.name}: {played.outcome}" + (f" ({played.error})" if played.error else "")
    for condition in played.conditions:
        yield f"    line {condition.line:<3} {condition.place}: {_condition(condition)}"
    for step in played.steps:
        error = f" ({step.error})" if step.error else ""
        yield f"    line {step.line:<3} {step.key}: {step.action} {step.outcome}{error}"
    if played.answer is not None:
        yield f"    line {played.answer_line:<3} {played.answer_place}: {to_json(played.answer)}"


def _condition(condition: ConditionTrace) -> str:
    value = f"error: {condition.error}" if condition.value is None else str(condition.value).lower()
    seen = ", ".join(f"{name} = {to_json(got)}" for name, got in condition.seen.items())
    return f"{condition.expr} → {value}" + (f"  ({seen})" if seen else "")


def junit_xml(results: Results) -> str:
    """One suite for each rule, one case for each case; what keeps files from being read is a case of its own."""
    root = ElementTree.Element("testsuites", name="hookswitch")
    rules = sorted({case.rule for case in results.cases} | {finding.rule for finding in results.findings})
    for rule in rules:
        cases = [case for case in results.cases if case.rule == rule]
        findings = [finding for finding in results.findings if finding.rule == rule]
        failed = sum(not case.passed for case in cases)
        counts = {"tests": str(len(cases) + len(findings)), "failures": str(failed), "errors": str(len(findings))}
        suite = ElementTree.SubElement(root, "testsuite", {"name": rule} | counts)
        for case in cases:
            _add_case(suite, case)
        for finding in findings:
            element = ElementTree.SubElement(suite, "testcase", classname=rule, name=_printable(finding.code))
            ElementTree.SubElement(element, "error", message=_printable(finding.text))
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ElementTree.Element, case: CaseResult) -> None:
    element = ElementTree.SubElement(suite, "testcase", classname=case.rule, name=_printable(case.name), file=case.path)
    if not case.passed:
        lines = list(failure_lines(case))
        failure = ElementTree.SubElement(element, "failure", message=_printable(lines[1].strip()))
        failure.text = _printable("\n".join(lines))


def _printable(text: str) -> str:
    """XML has no control characters."""
    return "".join(character if character >= " " or character in "\n\t" else "�" for character in text)
