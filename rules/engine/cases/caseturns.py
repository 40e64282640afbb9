"""Plays a case: one rule by itself, or the turns of the whole folder as a worker takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.engine.cases.casehold import held_back
from rules.engine.cases.caseplayer import Call, StubPlayer
from rules.engine.cases.caseview import CaseError
from rules.engine.cases.caseworld import CaseWorld
from rules.engine.cases.stubdesk import StubDesk, Unstubbed
from rules.engine.cases.testfile import Case
from rules.engine.cel.expressions import EvaluationError
from rules.engine.playing.driving import Waited, driven
from rules.engine.playing.events import EventView, ToolView
from rules.engine.playing.play import Surroundings, matches, play, render_meanwhile
from rules.engine.playing.played import Played
from rules.engine.playing.turns import NOT_NEEDED, OVERTAKEN, has_acted, matching_rules, side_rules, take_turns
from rules.engine.rule import Rule
from rules.engine.vocabulary import Vocabulary

NEVER = float("inf")
_TURNS = ("answered_by", "rules")
"""What can be expected of a whole folder only."""
_WATCHING = ("shadow", "disabled")


@dataclass
class Told:
    """What a case observes."""

    played: Played
    calls: Sequence[Call] = ()
    late: bool = False
    """Whether the answer was ready after the deadline."""
    meanwhile: Mapping[str, Any] | None = None
    memory: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    emitted: Sequence[Mapping[str, Any]] = ()
    turns: Sequence[Played] = ()
    """Every rule of the folder that listens, where the whole folder was played."""

    @property
    def answered_by(self) -> str:
        """The rule whose answer was given; "" for none."""
        return next((played.rule.name for played in self.turns if played.answer is not None), "")


def whole_folder(case: Case) -> bool:
    """Whether the case is about the turns of all rules."""
    return any(key in case.expect for key in _TURNS) or case.expect.get("outcome") == OVERTAKEN


def play_case(case: Case, rule: Rule, folder: Sequence[Rule], view: EventView, vocabulary: Vocabulary) -> Told:
    """Raises CaseError. `folder` are all its rules, of which this one may be a version with other vars."""
    rules = folder if whole_folder(case) else [rule]
    table = _Table(case, rule, view, vocabulary, _secrets(rules))
    try:
        return driven(table.folder(rules) if whole_folder(case) else table.alone())
    except Waited:
        raise CaseError("a step waited for something outside the test") from None
    except Unstubbed as error:
        raise CaseError(str(error)) from error


class _Table:
    """One event, one virtual clock, and the rules that meet it."""

    def __init__(
        self, case: Case, rule: Rule, view: EventView, vocabulary: Vocabulary, secrets: Mapping[str, str]
    ) -> None:
        self.case, self.rule, self.view, self.vocabulary = case, rule, view, vocabulary
        self.tool = _tool(rule, view)
        self.world = CaseWorld(case, view)
        self.player = StubPlayer(StubDesk(case), self.world, vocabulary)
        self.surroundings = Surroundings(memory=self.world.before, secrets=secrets)
        self.told = Told(Played(rule, outcome="not_matched", stopped_at="on"))

    @property
    def waits(self) -> bool:
        return self.vocabulary.kinds[self.view.kind].waits

    async def alone(self) -> Told:
        """The rule as if it were live, unless the case expects it to be switched off or only watching."""
        if self.rule.listens_to_tool(self.view, self.tool):
            watching = self._watching(self.rule) if self.case.expect.get("outcome") in _WATCHING else None
            self.told.played = watching or await self._one(self.rule)
        return self._finished()

    async def folder(self, rules: Iterable[Rule]) -> Told:
        """All rules that listen: those that answer take turns, the others run beside them."""
        listening = matching_rules(rules, self.view, self.tool)
        watching = [played for rule in listening if (played := self._watching(rule))]
        acting = [rule for rule in listening if rule.enabled and not rule.shadow]
        answering = [rule for rule in acting if rule.answers] if self.waits else []
        turns = [*watching, *await take_turns(answering, self._one)]
        turns += await self._beside(side_rules(acting) if self.waits else acting, turns)
        self.told.turns = turns
        own = next((played for played in turns if played.rule is self.rule), None)
        self.told.played = own or self.told.played
        return self._finished()

    async def _beside(self, rules: Sequence[Rule], turns: Sequence[Played]) -> list[Played]:
        """They start together. A backstop runs only if no other rule did."""
        told: list[Played] = []
        for rule in rules:
            if rule.backstop and any(has_acted(played) for played in [*turns, *told]):
                told.append(Played(rule, outcome=OVERTAKEN, error=NOT_NEEDED))
                continue
            self.player.elapsed = 0.0
            told.append(await self._one(rule))
        return told

    def _watching(self, rule: Rule) -> Played | None:
        if not rule.enabled:
            return Played(rule, outcome="disabled")
        if not rule.shadow:
            return None
        played = matches(rule, self.view, self.tool, self.surroundings)
        played.outcome = "shadow" if played.outcome == "ran" else played.outcome
        return played

    async def _one(self, rule: Rule) -> Played:
        deadlines = self._deadlines(rule)
        self.player.patience = deadlines[0] if deadlines else None
        left = deadlines[0] - self.player.elapsed if deadlines else None
        holds = self.case.holds if rule.name == self.rule.name else {}
        held = held_back(rule, self.view, self.tool, self.surroundings, holds, left)
        if held.played:
            return held.played
        self.player.elapsed += held.wait
        played = await play(rule, self.view, self.tool, self.surroundings, self.player, {})
        overdue = played.outcome != "not_matched" and self.player.elapsed > min(deadlines, default=NEVER)
        if rule is self.rule and overdue:
            self.told.late = played.answer is not None
            self.told.meanwhile = self._meanwhile(rule)
        return played

    def _deadlines(self, rule: Rule) -> list[float]:
        """Virtual seconds: until when steps may be tried again, then the platform's; none where nobody waits."""
        if not (self.waits and rule.answers):
            return []
        connection = self.vocabulary.connections.get(self.view.connection)
        platform = connection.deadlines.get(self.view.kind, NEVER) if connection else NEVER
        return [platform if rule.within is None else rule.within, platform]

    def _meanwhile(self, rule: Rule) -> Mapping[str, Any] | None:
        try:
            return render_meanwhile(rule, self.view, self.tool, self.surroundings)
        except EvaluationError as error:
            raise CaseError(f"`meanwhile` cannot be rendered: {error.message}") from error

    def _finished(self) -> Told:
        self.told.calls, self.told.memory = self.player.calls, self.world.memory
        self.told.emitted = self.world.emitted
        return self.told


def _secrets(rules: Iterable[Rule]) -> dict[str, str]:
    """Each secret is a stand-in that says its name."""
    names = {name for rule in rules for step in rule.steps for name in step.secrets}
    return {name: f"<secrets.{name}>" for name in names}


def _tool(rule: Rule, view: EventView) -> ToolView | None:
    """The first tool call the rule is about, else the first."""
    wanted = (tool for tool in view.tools if rule.listens_to_tool(view, tool))
    return next(wanted, view.tools[0] if view.tools else None)
