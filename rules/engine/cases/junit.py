"""Test results as JUnit XML for build servers: one suite for each rule, one case for each case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from rules.engine.cases.testing import CaseResult, Results
from rules.engine.cases.testreport import failure_lines
from rules.engine.findings import Finding
from rules.engine.rule import Rule

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Attributes = dict[str, str]


def junit_xml(results: Results) -> str:
    """What keeps test files from being read is a case of its own, with an error."""
    root = ElementTree.Element("testsuites", name="hookswitch")
    totals = [0, 0, 0]
    findings = [finding for finding in results.findings if finding.severity == "error"]
    for name in sorted({case.rule for case in results.cases} | {finding.rule for finding in findings}):
        cases = [case for case in results.cases if case.rule == name]
        own = [finding for finding in findings if finding.rule == name]
        counts = _add_suite(root, name, results.rules.get(name), cases, own)
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
    root.attrib |= _counted(*totals) | {"time": _seconds(results.cases)}
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_suite(
    root: ElementTree.Element, name: str, rule: Rule | None, cases: Sequence[CaseResult], findings: Sequence[Finding]
) -> tuple[int, int, int]:
    failed = sum(not case.passed for case in cases)
    counts = (len(cases) + len(findings), failed, len(findings))
    attributes = {"name": name} | _counted(*counts) | {"skipped": "0", "time": _seconds(cases)}
    suite = ElementTree.SubElement(root, "testsuite", _printable_all(attributes))
    if rule is not None:
        _add_properties(suite, rule)
    for case in cases:
        _add_case(suite, case)
    for finding in findings:
        element = _testcase(suite, name, finding.code, finding.path, finding.line, 0.0)
        ElementTree.SubElement(element, "error", _printable_all({"message": finding.text, "type": finding.code}))
    return counts


def _counted(tests: int, failures: int, errors: int) -> Attributes:
    return {"tests": str(tests), "failures": str(failures), "errors": str(errors)}


def _seconds(cases: Sequence[CaseResult]) -> str:
    return f"{sum(case.seconds for case in cases):.3f}"


def _add_properties(suite: ElementTree.Element, rule: Rule) -> None:
    told = {
        "file": rule.path, "description": rule.description, "owner": rule.owner, "runbook": rule.runbook,
        "tags": " ".join(rule.tags), "version": rule.version,
    }  # fmt: skip
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in told.items():
        if value:
            ElementTree.SubElement(properties, "property", _printable_all({"name": name, "value": value}))


def _add_case(suite: ElementTree.Element, case: CaseResult) -> None:
    element = _testcase(suite, case.rule, case.name, case.path, case.line, case.seconds)
    if case.passed:
        return
    lines = [line.text for line in failure_lines(case)]
    about = {"message": lines[1].strip(), "type": "problem" if case.problem else "difference"}
    failure = ElementTree.SubElement(element, "failure", _printable_all(about))
    failure.text = _printable("\n".join(lines))


def _testcase(
    suite: ElementTree.Element, rule: str, name: str, path: str, line: int, seconds: float
) -> ElementTree.Element:
    place = {"classname": rule, "name": name, "file": path, "line": str(line), "time": f"{seconds:.3f}"}
    return ElementTree.SubElement(suite, "testcase", _printable_all(place))


def _printable_all(attributes: Attributes) -> Attributes:
    return {name: _printable(value) for name, value in attributes.items()}


def _printable(text: str) -> str:
    """XML has no control characters and no halves of letters."""
    return _NOT_XML.sub("�", text)
