"""Takes values out of nodes and reports whatever is not as it should be, so that the readers of a rule stay short."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rules.engine.cel.expressions import Expression
from rules.engine.cel.scope import Scope
from rules.engine.cel.templates import compile_at
from rules.engine.findings import Finding, Severity, closest, did_you_mean, one_of
from rules.engine.loading import habits
from rules.engine.source.durations import BadDuration, parse_duration
from rules.engine.source.nodes import Entry, Items, Map, Node, Scalar
from rules.engine.source.place import Place, Problem

_WRAPPED = re.compile(r"\s*\$\{\{(.*)\}\}\s*", re.DOTALL)
_TEMPLATE = re.compile(r"\s*\{\{")
_QUOTED = re.compile(r"`([a-z_]+)")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@dataclass
class Reader:
    """Collects the findings of one file."""

    path: str
    rule: str
    findings: list[Finding] = field(default_factory=list)
    meant: dict[int, frozenset[str]] = field(default_factory=dict)
    """Id of a map → keys that some unknown key in it probably stands for."""

    def report(
        self, node: Node | None, message: str, code: str = "structure", severity: Severity = "error", offset: int = 0
    ) -> None:
        """Note a finding at a node, or at the top of the file."""
        line, column = (1, 1) if node is None else (node.line, node.column)
        if offset and isinstance(node, Scalar):
            line, column = node.locate(offset)
        self.findings.append(Finding(self.path, line, column, self.rule, message, code, severity))

    def problem(self, node: Node, problem: Problem) -> None:
        """Note a problem inside the text of a node."""
        line, column = node.locate(problem.offset) if isinstance(node, Scalar) else (node.line, node.column)
        finding = Finding(self.path, line, column, self.rule, problem.message, problem.code, problem.severity)
        self.findings.append(finding)

    def map(self, node: Node | None, what: str) -> Map | None:
        """The node as a map."""
        if node is None or isinstance(node, Map):
            return node
        self.report(node, f"{what} must be a map, this is {node.word}", "wrong-type")
        return None

    def known(self, node: Map, keys: Iterable[str], what: str) -> None:
        """Report keys that do not exist here, and go on as if the ones that were meant stood there."""
        keys = list(keys)
        for entry in node.entries:
            if entry.key.text not in keys:
                self.unknown(node, entry, keys, what)

    def unknown(self, node: Map, entry: Entry, keys: list[str], what: str) -> None:
        """Report one key, with what is written instead."""
        written = entry.key.text
        instead = habits.MERGE if written == "<<" else habits.KEYS.get(what, {}).get(written.lower())
        near = "" if instead else closest(written, keys)
        hint = instead or (f'did you mean "{near}"?' if near else f"{what} has {one_of(sorted(keys))}")
        self.report(entry.key, f'unknown key "{written[:80]}"; {hint}', "unknown-key")
        if written == "<<":
            self.meant[id(node)] = frozenset(keys)
            return
        self.meant[id(node)] = self.meant.get(id(node), frozenset()) | frozenset(_QUOTED.findall(instead or ""))
        if near and near not in node.words():
            entry.key = replace(entry.key, text=near)

    def lacks(self, node: Map, key: str) -> bool:
        """Whether nothing stands there that is, or was meant as, this key; asked after `known`."""
        return node.get(key) is None and key not in self.meant.get(id(node), ())

    def text(self, node: Node | None, what: str, default: str = "") -> str:
        """One line or more of text; numbers count as text."""
        if node is None:
            return default
        if isinstance(node, Scalar) and node.plain is not None:
            return node.text
        self.report(node, f"{what} must be text, this is {node.word}", "wrong-type")
        return default

    def flag(self, node: Node | None, what: str, default: bool) -> bool:
        """True or false."""
        value = self._scalar(node, what, "true or false", lambda plain: isinstance(plain, bool))
        return default if value is None else bool(value)

    def number(self, node: Node | None, what: str, default: float, least: float = float("-inf")) -> float:
        """A number, not below `least`."""
        number = self._scalar(
            node, what, "a number", lambda plain: isinstance(plain, int | float) and not isinstance(plain, bool)
        )
        if number is None:
            return float(default)
        if number < least:
            self.report(node, f"{what} must be at least {least:g}", "wrong-value")
            return float(default)
        return float(number)

    def whole(self, node: Node | None, what: str, default: int, least: int = 1) -> int:
        """A whole number, not below `least`."""
        number = self.number(node, what, default, least)
        if not number.is_integer():
            self.report(node, f"{what} must be a whole number", "wrong-type")
            return default
        return int(number)

    def duration(self, node: Node | None, what: str, default: float | None) -> float | None:
        """Seconds, from `4s`, `2h` or a number."""
        if node is None:
            return default
        if not isinstance(node, Scalar) or isinstance(node.plain, bool) or node.plain is None:
            self.report(node, f"{what} must be a duration such as 4s, 10m or 2h, this is {node.word}", "wrong-type")
            return default
        try:
            return parse_duration(node.plain)
        except BadDuration as error:
            self.report(node, f"{what}: {error}", "bad-literal")
            return default

    def choice(self, node: Node | None, what: str, choices: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        if node is None:
            return default
        word = self.text(node, what)
        if word not in choices:
            hint = did_you_mean(word, choices)
            self.report(node, f'{what} is {one_of(choices)}, not "{word}"{hint}', "wrong-value")
            return default
        return word

    def words(self, node: Node | None, what: str) -> list[tuple[str, Node]]:
        """One text or a list of texts, each with its place."""
        return [(self.text(item, what), item) for item in self.listed(node)]

    def listed(self, node: Node | None) -> Iterator[Node]:
        """The items of a list, or the one thing that stands there instead."""
        if isinstance(node, Items):
            yield from node.items
        elif node is not None:
            yield node

    def condition(self, node: Node | None, what: str, scope: Scope, place: Place) -> Expression | None:
        """An expression that decides; one that decides the same for every event is reported."""
        expression = self.expression(node, what, scope, place)
        if expression is not None and expression.constant:
            self.report(node, "this condition is the same for every event", "constant", "warning")
        return expression

    def expression(self, node: Node | None, what: str, scope: Scope, place: Place) -> Expression | None:
        """A bare CEL expression; one wrapped in `${{ }}` is accepted."""
        if node is None:
            return None
        if not isinstance(node, Scalar) or not node.text.strip():
            shown = node.word if not isinstance(node, Scalar) else "nothing"
            self.report(node, f"{what} must be an expression, this is {shown}", "wrong-type")
            return None
        if _TEMPLATE.match(node.text):
            self.report(node, f"{what} is an expression already; leave out the {{{{ }}}}", "expression-syntax")
            return None
        wrapped = _WRAPPED.fullmatch(node.text)
        if wrapped and "${{" not in wrapped[1]:
            return compile_at(node, wrapped[1], wrapped.start(1), scope, place, self.problem)
        if "${{" in node.text:
            offset = node.text.index("${{")
            message = f"{what} is an expression already; leave out the ${{{{ }}}}"
            self.report(node, message, "expression-syntax", offset=offset)
            return None
        return compile_at(node, node.text, 0, scope, place, self.problem)

    def _scalar(self, node: Node | None, what: str, wanted: str, fits: Callable[[Any], bool]) -> Any:
        if node is None:
            return None
        if isinstance(node, Scalar) and fits(node.plain):
            return node.plain
        quoted = " without quotes" if isinstance(node, Scalar) and node.style and node.text else ""
        word = habits.FLAGS.get(node.text.lower(), "") if isinstance(node, Scalar) and wanted == "true or false" else ""
        hint = f"; write {word}" if word else ""
        self.report(node, f"{what} must be {wanted}{quoted}, this is {node.word}{hint}", "wrong-type")
        return None
