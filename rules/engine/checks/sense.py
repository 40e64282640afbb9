"""Rules that are valid and still not what anybody meant: seen only when all rules of a folder lie side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rules.engine.cases.testfile import TestFile
from rules.engine.cel.expressions import Expression
from rules.engine.checks.emits import loops, unheard
from rules.engine.findings import Finding, Severity, one_of
from rules.engine.loading.readrule import LoadedRule
from rules.engine.loading.readsteps import step_nodes
from rules.engine.rule import Rule, Trigger, in_order
from rules.engine.source.nodes import Map, Node
from rules.engine.vocabulary import Vocabulary


def check_sense(files: Sequence[LoadedRule], tests: Sequence[TestFile], vocabulary: Vocabulary) -> list[Finding]:
    """Everything odd about the usable rules of a folder."""
    usable = {file.rule.name: file for file in files if file.rule is not None}
    rules = in_order(file.rule for file in usable.values() if file.rule is not None)
    said = [*overtaken(rules), *loops(rules), *unheard(rules)]
    tested = {test.rule: test for test in tests}
    for rule in rules:
        said += [
            *unused_ids(rule, usable[rule.name].root, tested.get(rule.name)),
            *risky_retries(rule, vocabulary, usable),
        ]
    return said


def _finding(rule: Rule, at: Node | Trigger | None, message: str, code: str, severity: Severity) -> Finding:
    line, column = (1, 1) if at is None else (at.line, at.column)
    return Finding(rule.path, line, column, rule.name, message, code, severity)


# --- turns ------------------------------------------------------------------------------------------------------------


def overtaken(rules: Sequence[Rule]) -> Iterator[Finding]:
    """Answering rules that never get a turn, or share every turn with another by nothing but their names."""
    turns = [rule for rule in rules if rule.answers and rule.enabled and not rule.shadow]
    for place, later in enumerate(turns):
        for earlier in turns[:place]:
            said = _against(earlier, later)
            if said:
                yield said
                break


def _against(earlier: Rule, later: Rule) -> Finding | None:
    if not _unconditional(earlier) or later.backstop:
        return None
    trigger = next((mine for mine in later.triggers if any(_covers(other, mine) for other in earlier.triggers)), None)
    if trigger is None or not _shares_connection(earlier, later):
        return None
    what = _what(trigger)
    if _certain(earlier) and _covers_all(earlier, later):
        message = f"never gets a turn: {earlier.name} (priority {earlier.priority:g}) answers every {what} before it"
        return _finding(later, trigger, message, "always-overtaken", "warning")
    if _unconditional(later):
        message = f"{earlier.name} answers {what} too, and neither rule has a condition; {earlier.name} comes first"
        return _finding(later, trigger, message, "same-turn", "warning")
    return None


def _unconditional(rule: Rule) -> bool:
    held = rule.limit or rule.once or rule.concurrency
    return not rule.conditions and not held and any(choice.condition is None for choice in rule.answer)


def _certain(rule: Rule) -> bool:
    """Whether nothing can keep it from answering: no step of it may stop it."""
    return all(step.on_error == "continue" for step in rule.steps)


def _covers(wide: Trigger, narrow: Trigger) -> bool:
    if not wide.kind or wide.kind != narrow.kind:
        return False
    return not wide.values or bool(narrow.values and wide.values & narrow.values)


def _covers_all(wide: Rule, narrow: Rule) -> bool:
    everywhere = not wide.connections or (narrow.connections and set(narrow.connections) <= set(wide.connections))
    return bool(everywhere) and all(
        any(
            w.kind == n.kind and w.kind and (not w.values or (n.values and n.values <= w.values)) for w in wide.triggers
        )
        for n in narrow.triggers
    )


def _shares_connection(one: Rule, other: Rule) -> bool:
    return not one.connections or not other.connections or not set(one.connections).isdisjoint(other.connections)


def _what(trigger: Trigger) -> str:
    return one_of(sorted(trigger.values)) if trigger.values else trigger.kind


# --- steps ------------------------------------------------------------------------------------------------------------


def unused_ids(rule: Rule, root: Map | None, test: TestFile | None) -> Iterator[Finding]:
    """Ids that no expression and no test mentions."""
    names = {name for expression in _expressions(rule) for name in expression.names}
    in_tests = {key for case in test.cases for key in _mentioned(case.stubs, case.expect)} if test else set()
    nodes = step_nodes(root) if root is not None else []
    for step in rule.steps:
        used = any(name == f"steps.{step.id}" or name.startswith(f"steps.{step.id}.") for name in names)
        if step.id and not used and step.id not in in_tests and step.index < len(nodes):
            message = f'nothing uses the id "{step.id}"'
            yield _finding(rule, nodes[step.index].get("id"), message, "unused-id", "warning")


def _mentioned(stubs: Mapping[str, object], expect: Mapping[str, object]) -> Iterator[str]:
    yield from stubs
    calls = expect.get("calls")
    for call in calls if isinstance(calls, list) else []:
        if isinstance(call, dict):
            yield str(call.get("step"))
    steps = expect.get("steps")
    if isinstance(steps, dict):
        yield from steps


def _expressions(rule: Rule) -> Iterator[Expression]:
    for step in rule.steps:
        yield from step.template.expressions()
        if step.condition:
            yield step.condition.expression
        if step.for_each:
            yield from step.for_each.expressions()
    for choice in rule.answer:
        yield from choice.template.expressions()
        if choice.condition:
            yield choice.condition.expression


def risky_retries(rule: Rule, vocabulary: Vocabulary, usable: Mapping[str, LoadedRule]) -> Iterator[Finding]:
    """Retries on what is never repeated when it may already have happened."""
    root = usable[rule.name].root
    nodes = step_nodes(root) if root is not None else []
    for step in rule.steps:
        action = vocabulary.actions.get(step.action)
        if not step.retry.given or step.retry.tries < 2 or action is None or action.in_doubt not in ("skip", "park"):
            continue
        fate = "left as it is" if action.in_doubt == "skip" else "parked for a person"
        message = f"{step.action} may not be repeated: when it may have happened it is {fate}, whatever `retry` says"
        yield _finding(rule, nodes[step.index].key("retry"), message, "retry-not-repeatable", "warning")
