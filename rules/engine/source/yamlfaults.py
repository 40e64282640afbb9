"""What the YAML parser dislikes, as a sentence that names the fix: mostly, single quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

_VALUE = re.compile(r"^(?P<lead>\s*(?:-\s+)*(?:[\w.$-]+:\s+|'[^']*':\s+|\"[^\"]*\":\s+)?)(?P<value>\S.*?)\s*$")
_BARE_TEMPLATE = re.compile(r"(?<!['\"])\$\{\{.*?\}\}")
_OPENERS = {"(": ")", "[": "]", "{": "}"}
_CUT: Literal["cut-text"] = "cut-text"


class Advice(NamedTuple):
    """What is wrong on a line, and the parts of it that need single quotes."""

    line: int
    column: int
    message: str
    spans: tuple[tuple[int, int], ...] = ()
    """Start and end, from 0, of each part to put quotes around; none when quotes do not help."""


def explain_yaml(error: Any, lines: list[str]) -> Advice:
    """The sentence for a parser's error."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Advice(1, 1, f"this is not YAML: {str(error).splitlines()[0][:200]}")
    line = min(mark.line, len(lines) - 1)
    for row in dict.fromkeys((line, min(_context_line(error, line), len(lines) - 1), max(line - 1, 0))):
        advice = _tab(lines[row], row) or _quotes_needed(lines[row], row)
        if advice:
            return advice
    problem = str(getattr(error, "problem", None) or "unreadable")
    begun = getattr(error, "context_mark", None)
    if begun is not None and any(text in problem for text in ("unexpected end of stream", "expected ':'")):
        mark, line = begun, min(begun.line, len(lines) - 1)
    return Advice(line + 1, mark.column + 1, f"this is not YAML: {_humane(problem)}")


def _tab(line: str, row: int) -> Advice | None:
    indent = line[: len(line) - len(line.lstrip())]
    return Advice(row + 1, indent.index("\t") + 1, "a tab; indent with spaces") if "\t" in indent else None


def _context_line(error: Any, line: int) -> int:
    mark = getattr(error, "context_mark", None)
    return mark.line if mark is not None and line - mark.line <= 1 else line


def _humane(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "a second `: ` on this line; put single quotes around the value"
    if any(text in problem for text in ("expected key", "expected <block end>", "expected '-' indicator")):
        return "this line does not line up with the ones above it"
    if "could not find expected ':'" in problem or "did not find expected ':'" in problem:
        return "a key needs a colon and a space after it"
    if "found unexpected end of stream" in problem:
        return "a quote or bracket is never closed"
    return problem


def _quotes_needed(line: str, row: int) -> Advice | None:
    """For a line whose value YAML reads otherwise than meant."""
    found = _VALUE.match(line)
    if not found or not found["value"]:
        return None
    value, column = found["value"], found.start("value")
    if value[0] == "{" and (inside := [match.span() for match in _BARE_TEMPLATE.finditer(line, column)]):
        start, end = inside[0]
        message = f"put single quotes around ${{{{ }}}} inside {{ }}: {single_quoted(line[start:end])}"
        return Advice(row + 1, start + 1, message, tuple(inside))
    if _unclosed(value):
        return Advice(row + 1, column + 1, f"this {value[0]} is never closed")
    reason = _reason(value)
    if not reason:
        return None
    spans = ((column, column + len(value)),)
    if has_apostrophes(value):
        message = f"an apostrophe inside single quotes is written twice: {single_quoted(value[1:-1])}"
        return Advice(row + 1, column + 1, message, spans)
    return Advice(row + 1, column + 1, f"{reason}; put single quotes around it: {single_quoted(value)}", spans)


def _reason(value: str) -> str:
    first = value[0]
    if first in "\"'" and not _is_one_string(value):
        return f"a value that starts with {first} and goes on after the closing quote"
    if first in "[{" and not value.endswith("]" if first == "[" else "}"):
        return f"a value that starts with {first}"
    if first in "%@`&*!|>" and not re.fullmatch(r"[|>][-+0-9]*(\s+#.*)?", value):
        return f"a value that starts with {first}"
    if first not in "\"'[{" and ": " in value:
        return 'a value that holds ": "'
    return ""


def has_apostrophes(value: str) -> bool:
    """Whether it is meant as one text in single quotes and holds a single quote itself."""
    inside = value[1:-1].replace("''", "")
    return value[0] == value[-1] == "'" and bool(re.search(r"\w'\w", inside)) and inside.count("'") % 2 == 1


def _unclosed(value: str) -> bool:
    """Whether a list or map in one line is left open."""
    return value[0] in "[{" and value.count(value[0]) > value.count(_OPENERS[value[0]]) and "${{" not in value


def _is_one_string(value: str) -> bool:
    pattern = r"'(?:[^']|'')*'" if value[0] == "'" else r'"(?:[^"\\]|\\.)*"'
    return bool(re.fullmatch(pattern + r"\s*(?:#.*)?:?", value))


def single_quoted(value: str) -> str:
    """The value as YAML wants it."""
    return "'" + value.replace("'", "''") + "'"


def cut_text(value: str, rest: str) -> Iterator[tuple[str, str, Literal["error", "warning"]]]:
    """Whether a plain value lost its end to a ` #`, given the rest of its last line."""
    comment = rest.strip()
    if not comment.startswith("#") or not value:
        return
    whole = single_quoted(f"{value} {comment}")
    if _is_open(value):
        yield f'the text is cut off at " #"; put single quotes around all of it: {whole}', _CUT, "error"
    elif comment[1:2].strip() and comment[1] not in "#!-=":
        yield f'everything from " #" on is a comment; if it belongs to the text, write {whole}', _CUT, "warning"


def _is_open(value: str) -> bool:
    """Whether a bracket or a quote is opened and never closed."""
    stack: list[str] = []
    quote = ""
    previous = ""
    for character in value:
        if quote:
            quote = "" if character == quote else quote
        elif character in _OPENERS:
            stack.append(_OPENERS[character])
        elif stack and character == stack[-1]:
            stack.pop()
        elif character == '"' or (character == "'" and not previous.isalnum()):
            quote = character
        previous = character
    return bool(stack or quote)
