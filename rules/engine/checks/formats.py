"""Findings as people and machines want them: one line each, JSON, GitHub annotations, or SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from rules.engine.checks.codes import CODES
from rules.engine.findings import Finding


def as_text(findings: Sequence[Finding]) -> str:
    """One line each, the same everywhere."""
    return "".join(f"{finding.text}\n" for finding in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects."""
    return json.dumps([vars(finding) for finding in findings], ensure_ascii=False, indent=2) + "\n"


def as_github(findings: Sequence[Finding]) -> str:
    """Workflow commands that GitHub shows beside the changed line."""
    return "".join(
        f"::{finding.severity} file={_property(finding.path)},line={finding.line},col={finding.column},"
        f"title={_property(finding.code)}::{_escaped(f'{finding.rule}: {finding.message}')}\n"
        for finding in findings
    )


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(findings: Sequence[Finding]) -> str:
    """For code scanning dashboards. Paths are relative to the folder in which `check` ran, the root of a checkout."""
    codes = sorted({finding.code for finding in findings})
    run = {
        "tool": {"driver": {"name": "hookswitch", "rules": [_rule(code) for code in codes]}},
        "invocations": [{"executionSuccessful": True}],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the folder in which hookswitch check ran"}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes) for finding in findings],
    }
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"


def _rule(code: str) -> dict[str, Any]:
    """What a code means, for whoever sees it on a dashboard and not in a terminal."""
    meaning = CODES.get(code, code)
    text = f"{meaning[:1].upper()}{meaning[1:]}."
    markdown = f"{text}\n\nRun `hookswitch check` to see it with its line."
    return {
        "id": code,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": markdown},
    }


def _result(finding: Finding, codes: Sequence[str]) -> dict[str, Any]:
    region = {"startLine": finding.line, "startColumn": finding.column}
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": finding.severity,
        "message": {"text": f"{finding.rule}: {finding.message}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(finding.path), "region": region}}],
    }


def _artifact(path: str) -> dict[str, str]:
    """A file below the folder by its relative address, any other by its whole one."""
    if path.startswith("/"):
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(path), "uriBaseId": _ROOT}


FORMATS: Mapping[str, Callable[[Sequence[Finding]], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}
"""What `--format` can be."""
