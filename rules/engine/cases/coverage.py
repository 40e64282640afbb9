"""Which rules, conditions, steps and answers no case reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rules.engine.playing.played import Played
from rules.engine.rule import Rule


@dataclass(frozen=True, order=True)
class Unreached:
    """Something no case reached."""

    path: str
    line: int
    rule: str
    what: str
    """Such as `if[1] is never false`, `steps[0] (http.request)` or `answer[1]`."""

    @property
    def text(self) -> str:
        """One line."""
        return f"{self.path}:{self.line} {self.rule}: {self.what}"


@dataclass
class Coverage:
    """What there is to reach in the rules, and what was reached."""

    places: dict[tuple[str, str], Unreached] = field(default_factory=dict)
    """Rule and place → how to name it when it was not reached."""
    reached: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Coverage:
        """Nothing reached yet."""
        made = cls()
        for rule in rules:
            made._add(rule)
        return made

    def _add(self, rule: Rule) -> None:
        conditions = [*rule.conditions, *(step.condition for step in rule.steps), *(c.condition for c in rule.answer)]
        self._place(rule, "rule", 1, "no case plays this rule")
        for condition in conditions:
            if condition is not None:
                for value in ("true", "false"):
                    where = f"{condition.place} is {value}"
                    self._place(rule, where, condition.expression.line, f"{condition.place} is never {value}")
        for step in rule.steps:
            self._place(rule, f"step {step.key}", step.line, f"steps[{step.index}] ({step.action}) is never performed")
        for choice in rule.answer:
            self._place(rule, choice.place, choice.line, f"{choice.place} is never given")

    def _place(self, rule: Rule, place: str, line: int, what: str) -> None:
        self.places[rule.name, place] = Unreached(rule.path, line, rule.name, what)

    def note(self, rule: str, played: Played | None) -> None:
        """Add what one case reached."""
        if played is None:
            return
        self.reached.add((rule, "rule"))
        for condition in played.conditions:
            if condition.value is not None:
                self.reached.add((rule, f"{condition.place} is {str(condition.value).lower()}"))
        self.reached |= {(rule, f"step {step.key}") for step in played.steps if step.outcome != "skipped"}
        if played.answer_place:
            self.reached.add((rule, played.answer_place))

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return len(self.reached & self.places.keys()) / len(self.places) if self.places else 1.0

    @property
    def unreached(self) -> list[Unreached]:
        """In the order of the files. Of a rule that no case plays, only that."""
        unplayed = {rule for rule, place in self.places if place == "rule" and (rule, place) not in self.reached}
        return sorted(
            what
            for (rule, place), what in self.places.items()
            if (rule, place) not in self.reached and (place == "rule" or rule not in unplayed)
        )
