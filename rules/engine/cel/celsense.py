"""Expressions that are valid and cannot be meant: values a name never has, conditions that exclude each other, moments
taken apart in UTC, and too many loops.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.engine.cel import closed
from rules.engine.cel.celtree import Part
from rules.engine.cel.facts import Fact, chains, claims, fact_of, first_clash, subject_of
from rules.engine.cel.hours import DAYS
from rules.engine.cel.scope import Scope
from rules.engine.playing.explain import start_of_name
from rules.engine.source.place import Problem

_MOST_FACTS = 40
_MOST_LOOPS = 10
_OPEN_WORLD = frozenset({"event.connection", "event.provider", "call.from", "call.to"})
"""Names whose values are known here, but not certainly everywhere."""
_IN_UTC = frozenset({"getHours", "getMinutes", "getDate", "getDayOfMonth", "getDayOfWeek", "getMonth", "getFullYear"})
_LOCALLY = {"getHours": "time(now)", "getMinutes": "time(now)", "getDayOfWeek": "weekday(now)"}


def check_meaning(root: Part, text: str, scope: Scope) -> Iterator[Problem]:
    """A problem for everything that cannot be meant."""
    for part in root.walk():
        fact = fact_of(part)
        if fact is not None:
            yield from _values(fact, scope)
        elif part.what == "call":
            yield from _call(part, text)
    yield from _chains(root)
    yield from _loops(root, text)


def _values(fact: Fact, scope: Scope) -> Iterator[Problem]:
    subject, choices = _known(fact.subject, scope)
    if choices and fact.sign not in ("==", "!=", "in"):
        message = f"{fact.subject} would be compared by the alphabet; write {fact.subject} in [...]"
        yield Problem(fact.places[0].offset, message, "odd-comparison", "warning")
        return
    if subject in _OPEN_WORLD and fact.sign not in ("==", "!=", "in"):
        return
    for value, place in zip(fact.values, fact.places, strict=True):
        message = closed.fault(subject, value, choices) if isinstance(value, str) else ""
        if message:
            severity = "warning" if subject in _OPEN_WORLD else "error"
            yield Problem(place.offset, message, "odd-comparison", severity)  # type: ignore[arg-type]


def _known(subject: str, scope: Scope) -> tuple[str, tuple[str, ...]]:
    """The subject as `closed` knows it, and the values it can have, when they are few."""
    function = subject.partition("(")[0]
    if subject.startswith("steps.") and subject.endswith(".outcome") and subject.count(".") == 2:
        return subject, closed.OUTCOMES
    if function != subject:
        return function, DAYS if function == "weekday" else ()
    return subject, scope.choices.get(subject, ())


def _call(part: Part, text: str) -> Iterator[Problem]:
    if part.text in _IN_UTC and not part.parts and part.target is not None:
        locally = _LOCALLY.get(part.text, "date(now)") if subject_of(part.target) == "now" else ""
        instead = f"{locally} or " if locally else ""
        message = f'{part.text}() counts in UTC; write {instead}{part.text}("Europe/Amsterdam")'
        yield Problem(start_of_name(text, part.offset), message, "utc-time", "warning")
    elif part.text == "startsWith" and part.target is not None and part.parts[0].what == "constant":
        subject, value = subject_of(part.target), str(part.parts[0].value)
        if subject in ("call.from", "call.to") and value.isdigit():
            message = f'{subject} comes like +31612340001, so it hardly ever begins with "{value}"'
            yield Problem(part.parts[0].offset, message, "odd-comparison", "warning")


def _chains(root: Part) -> Iterator[Problem]:
    told: set[int] = set()
    for by, members in chains(root):
        facts = [fact for fact in claims(members)[:_MOST_FACTS] if fact.part and fact.part.id not in told]
        if by == "_&&_":
            found = first_clash(facts)
            sentence = "never both: {0} and {1}"
        else:
            found = _two_differences(facts)
            sentence = "always true, since one of {0} and {1} always is; write && between them"
        if found and found[1].part:
            told |= {fact.part.id for fact in facts if fact.part}
            yield Problem(found[1].places[0].offset, sentence.format(*found), "contradiction", "warning")


def _two_differences(facts: list[Fact]) -> tuple[Fact, Fact] | None:
    """`x != "a" || x != "b"`."""
    differences = [fact for fact in facts if fact.sign == "!="]
    for place, later in enumerate(differences):
        for earlier in differences[:place]:
            if earlier.subject == later.subject and earlier.values != later.values:
                return earlier, later
    return None


def _loops(root: Part, text: str) -> Iterator[Problem]:
    """One loop after the other can double a text each time; how often they go round, the library bounds itself."""
    loops = [part for part in root.walk() if part.what == "loop"]
    if len(loops) > _MOST_LOOPS:
        message = f"this may take too long; at most {_MOST_LOOPS} loops in one expression"
        yield Problem(start_of_name(text, min(part.offset for part in loops)), message, "expression")
