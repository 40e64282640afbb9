"""Which dead letters are meant: those of a rule, with a reason, since a moment; and what they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from store.deadletters import DeadLetter

NO_RULE = "(no rule)"


@dataclass(frozen=True)
class Scope:
    """Letters for which all of this holds; empty: every one there is."""

    rule: str = ""
    reason: str = ""
    """Some words of the reason, in any case."""
    since_ms: int = 0
    """Unix milliseconds."""

    def holds(self, letter: DeadLetter) -> bool:
        """Whether a letter is meant."""
        if self.rule and letter.rule != self.rule:
            return False
        return self.reason.casefold() in letter.reason.casefold() and letter.died_ms >= self.since_ms


@dataclass(frozen=True)
class Group:
    """Letters that died of the same thing in the same place."""

    rule: str
    reason: str
    count: int


def grouped(letters: Iterable[DeadLetter]) -> list[Group]:
    """By rule and reason, the most first."""
    counts = Counter((letter.rule or NO_RULE, letter.reason) for letter in letters)
    return [Group(rule, reason, count) for (rule, reason), count in counts.most_common()]


def age(died_ms: int, now_ms: int) -> str:
    """How long ago, in its largest unit."""
    seconds = max(0, now_ms - died_ms) // 1000
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
