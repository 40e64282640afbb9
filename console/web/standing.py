"""How each rule stands: in force, in an earlier version, in shadow, paused; and how it did of late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from console.inforce import held_out, refusal
from console.web.book import Pages
from rules.engine.findings import Finding
from rules.engine.rule import Rule
from store.client import Store
from store.metrics import Key
from store.pauses import Pause
from store.roster import Note
from store.tallies import within

DAYS = 7
_HITS = ("ran", "failed")
_ERRORS = ("failed", "error")


@dataclass(frozen=True)
class Record:
    """How often a rule did what."""

    hits: int = 0
    misses: int = 0
    errors: int = 0
    within: float | None = None
    """Seconds within which 95 of 100 were through."""

    @classmethod
    def of(cls, rule: str, counts: Counter[Key]) -> Record:
        """From the tallies of some days."""

        def of(*outcomes: str) -> int:
            return sum(counts[("rule", rule, outcome)] for outcome in outcomes)

        return cls(of(*_HITS), of("not_matched"), of(*_ERRORS), within(counts, "rule_seconds", rule))


@dataclass(frozen=True)
class State:
    """One rule as a list shows it."""

    name: str
    path: str
    rule: Rule | None
    """None for a file that cannot be used."""
    words: Sequence[tuple[str, str]]
    """What is to be said of it, each with how that is coloured."""
    findings: Sequence[Finding]
    pause: Pause | None
    record: Record
    fired_ms: int = 0
    """When it last acted, Unix milliseconds; 0 when that is not known."""
    held_out: str = ""
    """Why no worker has it in force."""
    refused: str = ""
    """What workers say of its file as it is now."""


@dataclass(frozen=True)
class Tally:
    """What the store tells about all rules."""

    counts: Counter[Key]
    last: Mapping[Key, int]
    pauses: Mapping[str, Pause]
    notes: Mapping[str, Note]
    kept: frozenset[str] = field(default=frozenset())
    """Rules of which a last good version is kept."""

    @classmethod
    async def read(cls, store: Store) -> Tally:
        """All of it."""
        counts: Counter[Key] = Counter()
        for _, day in await store.tallies.days(DAYS):
            counts.update(day)
        last, pauses, notes = await store.tallies.last(), await store.pauses.all(), await store.roster.all()
        return cls(counts, last, pauses, notes, frozenset(await store.last_good.names()))

    def state(self, name: str, path: str, rule: Rule | None, findings: Iterable[Finding]) -> State:
        """How one rule stands."""
        pause, out = self.pauses.get(f"rule:{name}"), held_out(name, self.notes) if rule is None or rule.enabled else ""
        refused = refusal(name, self.notes)
        fired = max(self.last.get(("rule", name, outcome), 0) for outcome in _HITS)
        words = tuple(_words(rule, pause, out, refused, kept=name in self.kept))
        found = tuple(findings)
        return State(
            name, path, rule, words, found, pause, Record.of(name, self.counts), fired, out, refused
        )  # fmt: skip


def _words(rule: Rule | None, pause: Pause | None, out: str, refused: str, *, kept: bool) -> Iterable[tuple[str, str]]:
    if rule is None or refused:
        yield ("last good version", "warning") if kept and not out else ("not in force", "error")
    elif out:
        yield "not in force", "error"
    elif not rule.enabled:
        yield "switched off", ""
    elif rule.shadow:
        yield "shadow", "shadow"
    else:
        yield "in force", "ok"
    if pause:
        yield "paused", "paused"


def states(pages: Pages, tally: Tally) -> list[State]:
    """Every rule file, in the order of turns; those that cannot be used come first."""
    of_file: dict[str, list[Finding]] = {}
    for finding in pages.findings:
        of_file.setdefault(finding.path, []).append(finding)
    places = {rule.name: place for place, rule in enumerate(pages.rules)}
    found = [tally.state(file.name, file.path, file.rule, of_file.get(file.path, ())) for file in pages.loaded.files]
    return sorted(found, key=lambda state: (places.get(state.name, -1), state.name))
