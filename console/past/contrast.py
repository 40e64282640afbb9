"""Which rules of two folders can make a difference to an event of some kind, so that the others need not be played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from console.past.pastbook import asks_memory
from rules.engine.playing.events import EventView
from rules.engine.playing.play import Surroundings, may_act
from rules.engine.rule import Rule
from store.event import KINDS
from store.visible import FROM_BODY
from workers.rehearsal import surroundings_of


@dataclass(frozen=True)
class Meeting:
    """The rules that events of one kind meet in either folder, without those that decide alike whatever comes."""

    before: tuple[Rule, ...] = ()
    after: tuple[Rule, ...] = ()
    differing: tuple[Rule, ...] = ()
    """Those of either folder that the other does not have."""
    common: tuple[Rule, ...] = ()
    """Those of both folders that hold up others, or are held up."""
    foreseen: frozenset[str] = frozenset()
    """The names that conditions of the differing ones ask."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Stand-ins for the secrets they name."""
    journalled: tuple[Rule, ...] = ()
    """Those with steps whose results a journal may tell."""

    def acting(self, view: EventView, surroundings: Surroundings) -> frozenset[str]:
        """The names of rules that would do anything by themselves in either folder; the others may be left out.

        None at all when no differing one does: then both folders decide alike.
        """
        differing = {rule.name for rule in self.differing if _acts(rule, view, surroundings)}
        common = self.common if differing else ()
        return frozenset(differing.union(rule.name for rule in common if _acts(rule, view, surroundings)))


class Contrast:
    """Two folders of rules, kind by kind."""

    def __init__(self, before: Sequence[Rule], after: Sequence[Rule]) -> None:
        twins = {rule.name: rule for rule in before}
        self.before = tuple(before)
        self.after = tuple(_twin(twins.get(rule.name), rule) for rule in after)
        self._meetings = {kind: self._meeting(kind) for kind in KINDS}

    def of(self, kind: str) -> Meeting:
        """What events of a kind meet."""
        return self._meetings[kind]

    def _meeting(self, kind: str) -> Meeting:
        before, after = _heard(self.before, kind), _heard(self.after, kind)
        differing = tuple(dict.fromkeys([*_missing(before, after), *_missing(after, before)]))
        if not differing:
            return Meeting()
        all_in_turn = any(rule.backstop for rule in (*before, *after))
        alone = {rule for rule in before if rule not in differing and not (KINDS[kind].waits and rule.answers)}
        old, new = (tuple(rule for rule in rules if all_in_turn or rule not in alone) for rules in (before, after))
        foreseen = frozenset(name for rule in differing for name in rule.asked_first)
        journalled = tuple(rule for rule in dict.fromkeys(old + new) if any(step.output for step in rule.steps))
        common = tuple(rule for rule in old if rule not in differing)
        return Meeting(old, new, differing, common, foreseen, surroundings_of(old + new, {}).secrets, journalled)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds whose events may be decided otherwise."""
        return frozenset(kind for kind, meeting in self._meetings.items() if meeting.differing)

    @cached_property
    def played(self) -> tuple[Rule, ...]:
        """Every rule that may have to be played."""
        rules = (rule for meeting in self._meetings.values() for rule in (*meeting.before, *meeting.after))
        return tuple(dict.fromkeys(rules))

    @property
    def asks_payload(self) -> bool:
        """Whether any of them looks at the platform's own payload, or at what is kept only there."""
        return any(not FROM_BODY.isdisjoint(rule.names) for rule in self.played)

    @property
    def asks_memory(self) -> bool:
        """Whether any of them looks at memory."""
        return asks_memory(self.played)


def _acts(rule: Rule, view: EventView, surroundings: Surroundings) -> bool:
    """On the event, or on any of its tool calls."""
    if not rule.enabled or not rule.listens(view):
        return False
    if not view.tools:
        return may_act(rule, view, None, surroundings)
    return any(rule.fits_tool(view, tool) and may_act(rule, view, tool, surroundings) for tool in view.tools)


def _twin(twin: Rule | None, rule: Rule) -> Rule:
    return twin if twin is not None and alike(twin, rule) else rule


def alike(one: Rule, other: Rule) -> bool:
    """Whether two rules decide and do the same whatever comes: equal in text and in all that the text names."""
    same_source = one.source.text == other.source.text and one.source.assistants == other.source.assistants
    return same_source and one.name == other.name and _constants(one) == _constants(other)


def _constants(rule: Rule) -> tuple[str, str]:
    """`repr`, since to Python 1.0 equals True."""
    return rule.zone, repr([(name, rule.variables[name]) for name in sorted(rule.names & rule.variables.keys())])


def _heard(rules: Sequence[Rule], kind: str) -> list[Rule]:
    """Those that may listen to the kind, in the order of turns; `native` triggers may hear any."""
    return [rule for rule in rules if any(trigger.kind in ("", kind) for trigger in rule.triggers)]


def _missing(rules: Sequence[Rule], others: Sequence[Rule]) -> Iterator[Rule]:
    there = set(others)
    return (rule for rule in rules if rule not in there)
