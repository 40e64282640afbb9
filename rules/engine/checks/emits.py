"""Which rules set off which others by `emit`: circles, and events that nobody hears."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rules.engine.cel.celtree import Part, read_tree
from rules.engine.cel.expressions import Expression
from rules.engine.cel.templates import Literal, Sentence, Template, Whole
from rules.engine.findings import Finding, Severity, did_you_mean
from rules.engine.rule import Rule, Step

_EMIT, _EMITTED = "emit", "emitted"
_MOST_NAMES = 50


@dataclass(frozen=True)
class Emission:
    """One step that emits."""

    step: Step
    names: frozenset[str] = frozenset()
    """The names it emits under; empty when they are computed from what an event brings."""
    pattern: re.Pattern[str] | None = None
    """What a computed name looks like, as far as some of it is written out."""

    def may_be(self, name: str) -> bool:
        """Whether this name could come out."""
        return name in self.names or bool(self.pattern and self.pattern.fullmatch(name))


def emissions(rule: Rule) -> Iterator[Emission]:
    """The rule's steps that emit."""
    for step in rule.steps:
        if step.action == _EMIT and (template := step.template.fields.get("event")) is not None:
            yield _emission(step, template, rule)


def _emission(step: Step, template: Template, rule: Rule) -> Emission:
    if isinstance(template, Literal):
        return Emission(step, frozenset({str(template.value)}))
    if isinstance(template, Whole):
        return Emission(step, _names(template.expression, rule))
    pattern = ""
    for part in template.parts if isinstance(template, Sentence) else ():
        pattern += re.escape(part) if isinstance(part, str) else _pattern(part, rule)
    written = isinstance(template, Sentence) and any(isinstance(part, str) for part in template.parts)
    return Emission(step, pattern=re.compile(pattern) if written else None)


def _pattern(expression: Expression, rule: Rule) -> str:
    names = _names(expression, rule)
    return f"(?:{'|'.join(map(re.escape, sorted(names)))})" if names else ".*"


def _names(expression: Expression, rule: Rule) -> frozenset[str]:
    """What comes out, when that can be said: texts written out, vars, the name of the event itself, and choices."""
    found = _outcomes(read_tree(expression.program.serialize()), rule)
    return frozenset(found) if found is not None and len(found) <= _MOST_NAMES else frozenset()


def _outcomes(part: Part, rule: Rule) -> set[str] | None:
    if part.what == "constant":
        return {str(part.value)}
    if part.what == "name" and part.text == "event.name":
        return {value for trigger in rule.triggers for value in trigger.values} or None
    if part.what == "name" and part.text in rule.variables:
        return {str(rule.variables[part.text])}
    if part.what == "call" and part.text == "_?_:_":
        either = [_outcomes(branch, rule) for branch in part.parts[1:]]
        return None if None in either else {name for names in either for name in names or ()}
    if part.what == "call" and part.text == "_+_":
        left, right = (_outcomes(child, rule) for child in part.parts)
        return {a + b for a in left for b in right} if left and right else None
    return None


def heard_by(rule: Rule) -> set[str] | None:
    """The events of our own that a rule listens to; None for all of them."""
    triggers = [trigger for trigger in rule.triggers if trigger.kind == _EMITTED]
    if any(not trigger.values for trigger in triggers):
        return None
    return {value for trigger in triggers for value in trigger.values}


@dataclass
class _Graph:
    """Who sets off whom, certainly or perhaps."""

    certain: dict[str, set[str]] = field(default_factory=dict)
    possible: dict[str, set[str]] = field(default_factory=dict)
    steps: dict[tuple[str, str], Step] = field(default_factory=dict)

    def add(self, rule: Rule, emission: Emission, hearer: Rule) -> None:
        heard = heard_by(hearer)
        certainly = heard is None or not emission.names.isdisjoint(heard)
        if not certainly and not any(emission.may_be(name) for name in heard or ()):
            return
        self.possible.setdefault(rule.name, set()).add(hearer.name)
        if certainly:
            self.certain.setdefault(rule.name, set()).add(hearer.name)
        self.steps.setdefault((rule.name, hearer.name), emission.step)


def loops(rules: Sequence[Rule]) -> Iterator[Finding]:
    """Rules that set each other off round and round: an error when they certainly do."""
    active = [rule for rule in rules if rule.enabled]
    hearers = [rule for rule in active if any(trigger.kind == _EMITTED for trigger in rule.triggers)]
    graph = _Graph()
    for rule in active:
        for emission in emissions(rule):
            for hearer in hearers:
                graph.add(rule, emission, hearer)
    told: set[frozenset[str]] = set()
    yield from _circles(active, graph, graph.certain, told, "rules trigger each other in a loop", "error")
    yield from _circles(active, graph, graph.possible, told, "rules may trigger each other in a loop", "warning")


def _circles(
    rules: Sequence[Rule],
    graph: _Graph,
    leads: Mapping[str, set[str]],
    told: set[frozenset[str]],
    what: str,
    severity: Severity,
) -> Iterator[Finding]:
    for rule in rules:
        circle = _circle(rule.name, leads)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            step = graph.steps[rule.name, (circle[1:] or circle)[0]]
            message = f"{what}: {' → '.join([*circle, circle[0]])}"
            yield Finding(rule.path, step.line, step.column, rule.name, message, "loop", severity)


def _circle(start: str, leads: Mapping[str, set[str]]) -> list[str]:
    """The shortest way from a rule back to itself."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for following in sorted(leads.get(way[-1], ())):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def unheard(rules: Sequence[Rule]) -> Iterator[Finding]:
    """Events that are emitted and no rule hears, mostly typing mistakes."""
    heard = [heard_by(rule) for rule in rules if any(trigger.kind == _EMITTED for trigger in rule.triggers)]
    if None in heard:
        return
    known = {name for names in heard for name in names or ()}
    for rule in rules:
        for emission in emissions(rule):
            for name in sorted(emission.names - known):
                step = emission.step
                message = f'no rule listens to the event "{name}"{did_you_mean(name, known)}'
                yield Finding(rule.path, step.line, step.column, rule.name, message, "unheard-event", "warning")
