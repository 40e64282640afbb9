"""What the CEL library says about an expression of a mapping, in words for people who know phones and spreadsheets."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from receiver.providers.mapping.cautions import without_strings

_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*?)(?=\n \||\nERROR: <input>| \[[A-Z_]+\]$|$)", re.DOTALL)
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'", re.DOTALL)
_SELECT = re.compile(r"expression of type '([^']*)' cannot be the operand of a select")
_NAME_END = re.compile(r"[A-Za-z0-9_.?]*\s*$")
_WORDS = re.compile(r"(?<![=!<>])=(?!=)|===|!==|<>|\b(?:and|or|not|AND|OR|NOT)\b|[\u201c\u201d\u2018\u2019]")
_INSTEAD = {"=": "==", "===": "==", "!==": "!=", "<>": "!=", "and": "&&", "or": "||", "not": "!"}
_TYPES = {
    "string": "text",
    "int": "a whole number",
    "double": "a number",
    "bool": "true or false",
    "map": "a map",
    "list": "a list",
    "dyn": "an untyped value",
    "null_type": "null",
    "google.protobuf.Timestamp": "a moment",
    "google.protobuf.Duration": "a duration",
}


class Problem(NamedTuple):
    """Something wrong with an expression, at a character offset in it."""

    offset: int
    message: str


def explained(error: str, text: str, names: Mapping[str, str], functions: Mapping[str, str]) -> list[Problem]:
    """Every error in the library's text; of several at one place the first, and nothing after one of syntax."""
    found: dict[int, Problem] = {}
    for line, column, message in _ERROR.findall(error):
        problem = _problem(_offset(text, int(line), int(column)), message.strip(), text, names, functions)
        found.setdefault(problem.offset, problem)
        if message.startswith("Syntax error"):
            break
    return list(found.values()) or [Problem(0, "this expression cannot be used: it is nested too deeply")]


def run_time(error: str) -> str:
    """Why an expression could not be evaluated, without any of the payload's values."""
    if "Iteration budget" in error:
        return "its loops go round too often"
    if "<jump_condition>" in error:
        return "what stands before a ? is neither true nor false"
    if "No matching overloads" in error:
        return "these values do not go together: " + error.partition(" : ")[2].removesuffix(" [UNKNOWN]")
    if "SELECT to non-message" in error:
        return "a field was asked of something that is no map"
    if "conver" in error:
        return "a value cannot be converted"
    return "it cannot be evaluated"


def nearest(word: str, choices: Collection[str]) -> str:
    """A half-sentence with the likeliest word, or nothing when none is near."""
    near = difflib.get_close_matches(word[:100], sorted(choices), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def listed(words: Collection[str]) -> str:
    """The words as people say them: `a, b or c`."""
    *first, last = sorted(words)
    return f"{', '.join(first)} or {last}" if first else last


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return min(sum(len(before) + 1 for before in lines[: line - 1]) + column - 1, len(text))


def _problem(offset: int, message: str, text: str, names: Mapping[str, str], functions: Mapping[str, str]) -> Problem:
    if message.startswith("Syntax error"):
        return _syntax(offset, text)
    start = _start_of_name(text, offset)
    if found := _UNDECLARED.match(message):
        called = re.match(r"[\w.?]*\s*\(", text[start:])
        return Problem(start, _function(found[1], functions) if called else _name(found[1], names))
    if found := _OVERLOAD.match(message):
        return Problem(start, _mismatch(found[1], found[2], functions))
    if found := _SELECT.match(message):
        return Problem(start, f"{_type(found[1])} has no fields; nothing can follow it with a dot")
    return Problem(offset, message)


def _start_of_name(text: str, offset: int) -> int:
    """The library points at the last dot, or at a call's bracket; people look at the beginning of the name."""
    if text[offset : offset + 1] not in (".", "("):
        return offset
    before = _NAME_END.search(text, 0, offset)
    return offset - len(before[0]) if before else offset


def _syntax(offset: int, text: str) -> Problem:
    habit = _WORDS.search(without_strings(text))
    if habit and (instead := _INSTEAD.get(habit[0].lower())):
        return Problem(habit.start(), f'write {instead} instead of "{habit[0]}"')
    if habit:
        return Problem(habit.start(), f"write straight quotes, \" or ', instead of {habit[0]}")
    if offset >= len(text.rstrip()):
        return Problem(offset, "the expression ends too early")
    return Problem(offset, f"this is not an expression from here on: {text[offset : offset + 20].strip()}")


def _name(name: str, names: Mapping[str, str]) -> str:
    first = name.partition(".")[0]
    if first == "item":
        return '"item" exists only where `each` is written'
    if hint := nearest(first, names):
        return f'unknown name "{name}"{hint}'
    text = "" if "." in name else f', and "{name}" in quotes is the text itself'
    return f'unknown name "{name}"; there is {listed(names)}{text}'


def _function(name: str, functions: Mapping[str, str]) -> str:
    known = functions.get(name)
    return f"{name} is written like this: {known}" if known else f'unknown function "{name}"{nearest(name, functions)}'


def _mismatch(function: str, types: str, functions: Mapping[str, str]) -> str:
    words = [_type(word.strip()) for word in re.split(r",(?![^(]*\))", types)]
    if function in functions:
        return f"{function} is written like this: {functions[function]}"
    operator = function.strip("_").replace("@", "").replace("?_:", "? :")
    return f"{operator} does not work on {' and '.join(words)}"


def _type(word: str) -> str:
    bare = word.partition("(")[0]
    return "a value that may be missing" if bare == "optional_type" else _TYPES.get(bare, bare)
