"""Finds the stub for a step or a request, and says what to write where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rules.engine.cases.casestubs import HTTP, HttpStub, Stub
from rules.engine.cases.httpstubs import as_written, nearest
from rules.engine.cases.testfile import Case
from rules.engine.rule import Rule, Step
from rules.engine.vocabulary import Asked

_SHOWN_EMPTY = {"string": '""', "number": "0", "bool": "true", "map": "{}", "list": "[]", "dyn": "{}"}


class Unstubbed(Exception):
    """Nothing says what a step gives; the text says how to write it."""


@dataclass
class StubDesk:
    """The stubs of one case; each list of answers is given out in its order, and the last one serves the rest."""

    case: Case
    _used: dict[str, int] = field(default_factory=dict)

    def of_step(self, rule: Rule, step: Step) -> Stub | None:
        """What the case says of the next try of this very step."""
        key = self._key(rule, step)
        stubs = self.case.stubs.get(key)
        return self._next(key, stubs) if stubs else None

    def answer(self, rule: Rule, step: Step, asked: Asked) -> Stub:
        """What answers a request: the first entry it fits. Raises Unstubbed."""
        for entry in self.case.http:
            if entry.pattern.fits(asked):
                return self._next(entry.place, entry.replies)
        if self.case.http:
            raise Unstubbed(self._unanswered(rule, step, asked))
        example = f"`stubs: {{ {HTTP}: [ {{ request: {{ url: {asked.url} }}, status: 200 }} ] }}`"
        raise Unstubbed(f"{self.missing(rule, step)}, or what answers {as_written(asked)}, as in {example}")

    def missing(self, rule: Rule, step: Step) -> str:
        """How to write a stub for the step."""
        key = self._key(rule, step)
        example = ", ".join(f"{name}: {_SHOWN_EMPTY.get(word, '{}')}" for name, word in step.output.items())
        return f"step {key} ({step.action}) has no stub; say what it gives, as in `stubs: {{ {key}: {{ {example} }} }}`"

    def _key(self, rule: Rule, step: Step) -> str:
        return step.key if rule.name == self.case.rule else f"{rule.name}.{step.key}"

    def _next(self, key: str, stubs: Sequence[Stub]) -> Stub:
        turn = self._used.get(key, 0)
        self._used[key] = turn + 1
        return stubs[min(turn, len(stubs) - 1)]

    def _unanswered(self, rule: Rule, step: Step, asked: Asked) -> str:
        entry = _nearest(self.case.http, asked)
        what = "; ".join(difference.text for difference in entry.pattern.differences(asked))
        return (
            f"no stub answers what step {self._key(rule, step)} asks: {as_written(asked)}; "
            f"nearest is {entry.place} on line {entry.line}, but {what}"
        )


def _nearest(stubs: Sequence[HttpStub], asked: Asked) -> HttpStub:
    return stubs[nearest([stub.pattern for stub in stubs], asked) or 0]
