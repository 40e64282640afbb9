"""Values with `${{ }}` inside: read from nodes once, rendered for every event.

A text that is one `${{ }}` and nothing else keeps the type of its value; inside other text the value becomes text.
`$${{` stands for a literal `${{`, and `}}` inside a CEL text or map does not end an expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from rules.engine.cel.expressions import EvaluationError, Expression, compile_expression
from rules.engine.cel.plain import NotPlain, to_plain, to_text
from rules.engine.cel.scope import Scope
from rules.engine.source.nodes import Items, Map, Node, Scalar
from rules.engine.source.place import Place, Problem

_OPEN, _CLOSE = "${{", "}}"
_OTHER_BRACES = re.compile(r"(?<!\$)\{\{\s*([A-Za-z_][\w.]*)\s*\}\}|\$\{\s*([A-Za-z_][\w.]*)\s*\}", re.ASCII)
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: literal, or the inside of `${{ }}` with the offset where it begins."""

    text: str
    offset: int
    expression: bool


class Unclosed(ValueError):
    """A `${{` without its `}}`."""

    def __init__(self, offset: int) -> None:
        super().__init__("${{ is never closed with }}")
        self.offset = offset


def split_text(text: str) -> list[Piece]:
    """The pieces of a text; raises Unclosed."""
    pieces: list[Piece] = []
    literal, start, position = "", 0, 0
    while position < len(text):
        if text.startswith("$" + _OPEN, position):
            literal, position = literal + _OPEN, position + len(_OPEN) + 1
        elif text.startswith(_OPEN, position):
            if literal:
                pieces.append(Piece(literal, start, expression=False))
            end = _end_of_expression(text, position + len(_OPEN))
            pieces.append(Piece(text[position + len(_OPEN) : end], position + len(_OPEN), expression=True))
            literal, position = "", end + len(_CLOSE)
            start = position
        else:
            literal, position = literal + text[position], position + 1
    if literal or not pieces:
        pieces.append(Piece(literal, start, expression=False))
    return pieces


def _end_of_expression(text: str, start: int) -> int:
    depth: list[str] = []
    position = start
    while position < len(text):
        character = text[position]
        if character in "\"'":
            position = _end_of_quote(text, position, start)
        elif not depth and text.startswith(_CLOSE, position):
            return position
        elif character in _BRACKETS:
            depth.append(_BRACKETS[character])
        elif depth and character == depth[-1]:
            depth.pop()
        position += 1
    fallback = text.find(_CLOSE, start)
    if fallback < 0:
        raise Unclosed(start - len(_OPEN))
    return fallback


def _end_of_quote(text: str, opening: int, start: int) -> int:
    """The position of the closing quote; the opening one when it is never closed, which CEL will report."""
    quote_ = text[opening]
    mark = quote_ * 3 if text.startswith(quote_ * 3, opening) else quote_
    raw = opening > start and text[opening - 1] in "rR"
    position = opening + len(mark)
    while position < len(text):
        if text[position] == "\\" and not raw:
            position += 2
            continue
        if text.startswith(mark, position):
            return position + len(mark) - 1
        position += 1
    return opening


class Template:
    """Something that gives a value once the names are known."""

    def render(self, activation: Any) -> Any:
        """The value as JSON; raises EvaluationError."""
        raise NotImplementedError

    def expressions(self) -> Iterator[Expression]:
        """All expressions inside."""
        yield from ()

    @property
    def names(self) -> frozenset[str]:
        """Every declared name that is mentioned."""
        return frozenset(name for expression in self.expressions() for name in expression.names)


@dataclass(frozen=True, eq=False)
class Literal(Template):
    """A value without any expression."""

    value: Any

    def render(self, activation: Any) -> Any:
        return deepcopy(self.value) if isinstance(self.value, dict | list) else self.value


@dataclass(frozen=True, eq=False)
class Whole(Template):
    """One expression and nothing else: its value keeps its type."""

    expression: Expression

    def render(self, activation: Any) -> Any:
        value = self.expression.evaluate(activation)
        try:
            return to_plain(value)
        except NotPlain as error:
            raise EvaluationError(str(error), self.expression.line, self.expression.column) from error

    def expressions(self) -> Iterator[Expression]:
        yield self.expression


@dataclass(frozen=True, eq=False)
class Sentence(Template):
    """Text with expressions in it. With `encoded`, values that are not ops' own are percent-encoded."""

    parts: tuple[str | Expression, ...]
    encoded: bool = False

    def render(self, activation: Any) -> Any:
        return "".join(part if isinstance(part, str) else self._text(part, activation) for part in self.parts)

    def _text(self, part: Expression, activation: Any) -> str:
        value = part.evaluate(activation)
        try:
            text = to_text(value)
        except NotPlain as error:
            raise EvaluationError(str(error), part.line, part.column) from error
        return quote(text, safe="") if self.encoded and not is_ours(part) else text

    def expressions(self) -> Iterator[Expression]:
        yield from (part for part in self.parts if isinstance(part, Expression))


@dataclass(frozen=True, eq=False)
class Fields(Template):
    """A map of templates."""

    fields: dict[str, Template] = field(default_factory=dict)

    def render(self, activation: Any) -> Any:
        return {key: template.render(activation) for key, template in self.fields.items()}

    def expressions(self) -> Iterator[Expression]:
        for template in self.fields.values():
            yield from template.expressions()


@dataclass(frozen=True, eq=False)
class Listed(Template):
    """A list of templates."""

    items: tuple[Template, ...] = ()

    def render(self, activation: Any) -> Any:
        return [template.render(activation) for template in self.items]

    def expressions(self) -> Iterator[Expression]:
        for template in self.items:
            yield from template.expressions()


def is_ours(expression: Expression) -> bool:
    """Whether it uses nothing but what ops wrote themselves: vars and secrets."""
    return all(name.startswith(("vars.", "secrets.")) for name in expression.names)


NodeReport = Callable[[Node, Problem], None]
"""Reports a problem at an offset inside a node."""


@dataclass(frozen=True)
class TemplateReader:
    """Makes templates of nodes, for one place in a rule."""

    scope: Scope
    place: Place
    report: NodeReport
    encode: frozenset[str] = frozenset()
    """Top-level fields whose values are percent-encoded where they are put into text."""

    def read(self, node: Node, encoded: bool = False) -> Template:
        """The template; what cannot be compiled is reported and left empty."""
        if isinstance(node, Map):
            fields = {entry.key.text: self.read(entry.value, encoded) for entry in node.entries}
            return _settled(Fields(fields), node)
        if isinstance(node, Items):
            return _settled(Listed(tuple(self.read(item, encoded) for item in node.items)), node)
        if isinstance(node, Scalar) and isinstance(node.plain, str):
            return self.text(node, encoded)
        return Literal(node.plain)

    def fields(self, node: Map) -> Fields:
        """The templates of a map, field by field."""
        return Fields({e.key.text: self.read(e.value, e.key.text in self.encode) for e in node.entries})

    def text(self, node: Scalar, encoded: bool) -> Template:
        """The template of one text."""
        try:
            pieces = split_text(node.text)
        except Unclosed as error:
            self.report(node, Problem(error.offset, str(error), "template"))
            return Literal("")
        for piece in pieces:
            if not piece.expression and ("{" in piece.text):
                self.braces(piece, node)
        if len(pieces) == 1 and not pieces[0].expression:
            return Literal(pieces[0].text)
        parts = tuple(part for piece in pieces if (part := self.part(piece, node)) is not None)
        if len(pieces) == 1 and parts and isinstance(parts[0], Expression) and not encoded:
            return Whole(parts[0])
        return Sentence(parts, encoded)

    def braces(self, piece: Piece, node: Scalar) -> None:
        """`{{ call.from }}` and `${call.from}` are plain text here."""
        for found in _OTHER_BRACES.finditer(piece.text):
            name = found[1] or found[2]
            if name in self.scope.words:
                message = f"{found[0]} is plain text here; write ${{{{ {name} }}}}"
                place = node.text.find(found[0], piece.offset)
                self.report(node, Problem(max(place, 0), message, "plain-template", "warning"))

    def part(self, piece: Piece, node: Scalar) -> str | Expression | None:
        """A literal as it is, an expression compiled."""
        if not piece.expression:
            return piece.text
        return compile_at(node, piece.text, piece.offset, self.scope, self.place, self.report)


def _settled(template: Fields | Listed, node: Node) -> Template:
    """A plain literal when nothing inside is ever computed."""
    inside = template.fields.values() if isinstance(template, Fields) else template.items
    return Literal(template.render(None)) if all(isinstance(item, Literal) for item in inside) else template


def compile_at(
    node: Scalar, text: str, offset: int, scope: Scope, place: Place, report: NodeReport
) -> Expression | None:
    """Compile a piece of a scalar, with problems at their place in the file."""

    def report_inside(problem: Problem) -> None:
        report(node, Problem(problem.offset + offset, problem.message, problem.code, problem.severity))

    return compile_expression(text, scope, place, lambda inside: node.locate(inside + offset), report_inside)
