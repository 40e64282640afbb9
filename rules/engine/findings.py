"""A finding: one thing that is wrong with a rule file, where it stands, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Finding:
    """One finding. Lines and columns count from 1; `code` is a stable kebab-case word for its kind."""

    path: str
    line: int
    column: int
    rule: str
    message: str
    code: str = "structure"
    severity: Severity = "error"

    @property
    def text(self) -> str:
        """The one line that command line, console and worker log all print."""
        return f"{self.path}:{self.line}:{self.column} {self.rule}: {self.message}"


MOST_FINDINGS = 50
"""How many findings of one file are told; the rest is one more line."""


def capped(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in order, without repetitions; of each file the first, and a line that sums up the rest."""
    by_path: dict[str, list[Finding]] = {}
    for finding in sorted(set(findings)):
        by_path.setdefault(finding.path, []).append(finding)
    return tuple(kept for of_file in by_path.values() for kept in _first(of_file))


def _first(findings: list[Finding]) -> list[Finding]:
    if len(findings) <= MOST_FINDINGS or any(finding.code == "more" for finding in findings):
        return findings
    rest = findings[MOST_FINDINGS:]
    severity: Severity = "error" if has_errors(rest) else "warning"
    message = f"and {len(rest)} more from here on; correct those above first"
    first = rest[0]
    summed_up = Finding(first.path, first.line, first.column, first.rule, message, "more", severity)
    return [*findings[:MOST_FINDINGS], summed_up]


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any of them keeps the file from being used."""
    return any(finding.severity == "error" for finding in findings)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """A half-sentence with the likeliest word, or nothing when none is near."""
    near = closest(word, choices)
    return f'; did you mean "{near}"?' if near else ""


def closest(word: str, choices: Iterable[str]) -> str:
    """The choice most like the word, or "" when none is."""
    by_lower = {choice.lower(): choice for choice in sorted(choices)}
    found = difflib.get_close_matches(word.lower()[:100], by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def one_of(choices: Iterable[str]) -> str:
    """The choices as people say them: `a, b or c`."""
    words = list(choices)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
