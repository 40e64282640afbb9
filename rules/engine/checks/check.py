"""`check`: everything wrong with a rules folder, in one run, one line each, sorted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rules.engine.cases.testfile import TestFile
from rules.engine.cases.testing import no_rule, test_files
from rules.engine.checks.fallbacks import check_fallbacks
from rules.engine.checks.sense import check_sense
from rules.engine.findings import Finding, capped
from rules.engine.loading.load import NUMBERS_FILE, Loaded, load_folder, texts
from rules.engine.numbers.beside import numbers_findings
from rules.engine.numbers.read import load_numbers
from rules.engine.vocabulary import Vocabulary

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def check_folder(folder: Path, vocabulary: Vocabulary) -> list[Finding]:
    """All findings of all files; raises NoFolder when there is no folder."""
    return check_loaded(load_folder(folder, vocabulary), folder, vocabulary)


def check_loaded(loaded: Loaded, folder: Path, vocabulary: Vocabulary) -> list[Finding]:
    """As check_folder, for a folder that was just loaded."""
    tests = test_files(folder, loaded, vocabulary)
    findings = [*loaded.findings, *check_sense(loaded.files, tests, vocabulary), *_pairs(loaded, tests)]
    for test in tests:
        findings += test.findings
    findings += [*check_fallbacks(vocabulary), *_unused_vars(loaded, folder), *_numbers(loaded, folder, vocabulary)]
    return sorted(capped(finding for finding in findings if not _follows(finding, loaded)))


def _numbers(loaded: Loaded, folder: Path, vocabulary: Vocabulary) -> Iterator[Finding]:
    """What is wrong with `numbers.yaml`, where there is one."""
    file = load_numbers(folder, loaded.vars)
    if file is not None:
        yield from numbers_findings(file, vocabulary, loaded.files, loaded.vars)


def _follows(finding: Finding, loaded: Loaded) -> bool:
    """Whether it says again, about a rule, what is said about vars.yaml already."""
    if finding.path == loaded.vars.path or finding.code not in ("bad-literal", "unknown-name"):
        return False
    if finding.code == "bad-literal":
        return any(finding.message.endswith(f": {wrong.message}") for wrong in loaded.vars.findings)
    unusable = {entry.key.text for entry in loaded.vars.written} - loaded.vars.values.keys()
    return any(finding.message.startswith(f'unknown name "vars.{name}"') for name in unusable)


def _unused_vars(loaded: Loaded, folder: Path) -> Iterator[Finding]:
    """Vars that no file of the folder mentions by name, not even in a comment."""
    numbers = folder / NUMBERS_FILE
    more = [numbers.read_text(encoding="utf-8", errors="replace")] if numbers.is_file() else []
    mentioned = set(_WORD.findall("\n".join([*texts(folder), *more])))
    for entry in loaded.vars.written:
        name = entry.key.text
        if name in loaded.vars.values and name != "timezone" and name not in mentioned:
            at, message = entry.key, f"no rule and no test uses vars.{name}"
            yield Finding(loaded.vars.path, at.line, at.column, "vars", message, "unused-var", "warning")


def _pairs(loaded: Loaded, tests: Sequence[TestFile]) -> Iterator[Finding]:
    """Every rule has its tests, and every test its rule."""
    names = {file.name for file in loaded.files}
    tested = {test.rule for test in tests}
    for test in tests:
        if test.rule not in names:
            yield no_rule(test.path, test.rule)
    for file in loaded.files:
        if file.rule is not None and file.name not in tested:
            message = f"this rule has no test; write {file.name}.test.yaml beside it"
            yield Finding(file.path, 1, 1, file.name, message, "untested", "warning")
