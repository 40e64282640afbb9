"""Compares `numbers.yaml` with its connections, and with the rules, of which none should link its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.engine.findings import Finding, Severity, did_you_mean
from rules.engine.loading.ability import instead
from rules.engine.loading.readrule import LoadedRule
from rules.engine.loading.variables import Vars
from rules.engine.numbers.desired import Kept, NumbersFile
from rules.engine.numbers.read import RULE, plain_number
from rules.engine.source.nodes import Items, Map, Node
from rules.engine.vocabulary import ConnectionWords, Vocabulary

LINK = "number.link"
_LINKING = frozenset({LINK, "number.unlink"})


def numbers_findings(
    file: NumbersFile, vocabulary: Vocabulary, rules: Iterable[LoadedRule], vars_: Vars
) -> Iterator[Finding]:
    """Everything wrong with the file, by itself and beside connections and rules."""
    yield from file.findings
    yield from able_findings(file, vocabulary)
    yield from _twice(file)
    by_number = {kept.number: kept for kept in file.kept}
    for rule in rules:
        yield from _masters(rule, by_number, file, vars_)


def able_findings(file: NumbersFile, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Connections that are not there or cannot link, and agents that would have to answer two numbers there."""
    for name in dict.fromkeys(kept.connection for kept in file.kept):
        of_it = [kept for kept in file.kept if kept.connection == name]
        words = vocabulary.connections.get(name)
        if words is not None:
            fault = _unable(file.path, of_it[0], words, vocabulary)
            yield from [fault] if fault else _taken(file, of_it, words)
        elif vocabulary.connections:
            hint = did_you_mean(name, vocabulary.connections)
            yield _of_connection(file.path, of_it[0], f'there is no connection "{name}"{hint}', "unknown-connection")


def _unable(path: str, at: Kept, words: ConnectionWords, vocabulary: Vocabulary) -> Finding | None:
    where = f"connection {words.name} ({words.provider})"
    generations = set(words.generations) if words.generation == "auto" else {words.generation}
    action = vocabulary.actions.get(LINK)
    if action is None:
        return None
    able = (action.providers or {}).get(words.provider, frozenset()) & generations
    if not able:
        reason = instead(action, words.provider, generations)
        return _of_connection(path, at, f"{where} cannot keep numbers, since it cannot do {LINK}{reason}", "cannot-do")
    if not words.has_api:
        return _of_connection(path, at, f"{where} has no `api` in the connections file", "no-api")
    if len(generations) > 1:
        message = f"{where} needs its `generation` written in the connections file, since no event tells it here"
        return _of_connection(path, at, message, "no-generation")
    return None


def _taken(file: NumbersFile, kept: list[Kept], words: ConnectionWords) -> Iterator[Finding]:
    """Where an agent has one number at the most, two numbers may not name it at one time: each would free the other."""
    if (words.provider, words.generation) not in ONE_NUMBER_EACH:
        return
    first: dict[str, Kept] = {}
    for each in kept:
        for agent in each.agents:
            before = first.setdefault(agent, each)
            sure = before is not each and _sure(before, each, agent)
            if before is not each and sure is not False:
                when = " at the same time" if sure else ", perhaps at the same time"
                where = f"connection {words.name} ({words.provider} {words.generation})"
                message = (
                    f"{where} gives an agent one number only, and line {before.line} gives {agent} another one{when}"
                )
                yield _finding(file.path, each, message, "agent-taken", "error" if sure else "warning")


ONE_NUMBER_EACH = frozenset({("flireo", "g1")})
"""Provider and generation where linking a number to an agent frees the one it had."""


def _sure(one: Kept, other: Kept, agent: str) -> bool | None:
    """Whether both name the agent at one moment; None where that depends on hours that differ."""
    if len(one.agents) == len(other.agents) == 1:
        return True
    if [shift.hours for shift in one.shifts] != [shift.hours for shift in other.shifts]:
        return None
    pairs = zip(_in_turn(one), _in_turn(other), strict=True)
    return any(mine == theirs == agent for mine, theirs in pairs)


def _in_turn(kept: Kept) -> list[str]:
    return [*(shift.agent for shift in kept.shifts), kept.agent]


def _twice(file: NumbersFile) -> Iterator[Finding]:
    """The same number on two connections: a number is with one platform."""
    first: dict[str, Kept] = {}
    for kept in file.kept:
        before = first.setdefault(kept.number, kept)
        if before.connection != kept.connection:
            message = (
                f"{before.connection} keeps this number too, in line {before.line}; it can be with one platform only"
            )
            yield _finding(file.path, kept, message, "double-entry", "warning")


def _masters(rule: LoadedRule, by_number: dict[str, Kept], file: NumbersFile, vars_: Vars) -> Iterator[Finding]:
    """Steps of a rule that link what this file keeps."""
    for step in _steps(rule.root):
        action, fields = step.get("action"), step.get("with")
        if action is None or action.plain not in _LINKING or not isinstance(fields, Map):
            continue
        for number in _named(fields.get("number"), vars_):
            if kept := by_number.get(number):
                at = f"rule {rule.name} (line {action.line}) links it too"
                message = f"{at}: two masters fight over a number; take it out of one of them"
                yield _finding(file.path, kept, message, "two-masters", "warning")


def _steps(root: Map | None) -> Iterator[Map]:
    node = root.get("steps") if root else None
    for item in node.items if isinstance(node, Items) else []:
        if isinstance(item, Map):
            yield item


def _named(node: Node | None, vars_: Vars) -> Iterator[str]:
    """The number a step names, written out or as a var."""
    text = str(node.plain) if node is not None else ""
    name = text.strip().removeprefix("${{").removesuffix("}}").strip()
    value = vars_.values.get(name.removeprefix("vars.")) if name.startswith("vars.") else text
    if isinstance(value, str):
        yield plain_number(value)


def _finding(path: str, at: Kept, message: str, code: str, severity: Severity = "error") -> Finding:
    return Finding(path, at.line, at.column, RULE, message, code, severity)


def _of_connection(path: str, at: Kept, message: str, code: str) -> Finding:
    line, column = at.connection_at
    return Finding(path, line, column, RULE, message, code)
