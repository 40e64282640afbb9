"""`check`: everything wrong with a rules folder, in one run, one line each, sorted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rules.engine.findings import Finding
from rules.engine.load import Loaded, load_folder
from rules.engine.sense import check_sense
from rules.engine.testfile import TestFile
from rules.engine.testing import no_rule, test_files
from rules.engine.vocabulary import Vocabulary


def check_folder(folder: Path, vocabulary: Vocabulary) -> list[Finding]:
    """All findings of all files; raises NoFolder when there is no folder."""
    return check_loaded(load_folder(folder, vocabulary), folder, vocabulary)


def check_loaded(loaded: Loaded, folder: Path, vocabulary: Vocabulary) -> list[Finding]:
    """As check_folder, for a folder that was just loaded."""
    tests = test_files(folder, loaded, vocabulary)
    findings = [*loaded.findings, *check_sense(loaded.files, tests, vocabulary), *_pairs(loaded, tests)]
    for test in tests:
        findings += test.findings
    return sorted(set(findings))


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
