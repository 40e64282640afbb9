"""What the CEL library says about a wrong expression, in words for people who know phones and spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rules.engine.cel.functions import FUNCTIONS
from rules.engine.cel.scope import Scope
from rules.engine.findings import did_you_mean, one_of
from rules.engine.loading import habits
from rules.engine.source.place import Place, Problem

_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*?)(?=\n \||\nERROR: <input>| \[[A-Z_]+\]$|$)", re.DOTALL)
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'", re.DOTALL)
_SELECT = re.compile(r"expression of type '([^']*)' cannot be the operand of a select")
_NAME_END = re.compile(r"[A-Za-z0-9_.?]*$")
_CALLED_END = re.compile(r"[A-Za-z0-9_.?]*\s*$")
_HAS = re.compile(r"\bhas\(\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_STANDARD_WORDS = """
startsWith endsWith contains matches size has all exists exists_one map filter int double string bool bytes type dyn
duration timestamp getHours getMinutes getSeconds getMilliseconds getDate getDayOfMonth getDayOfWeek getDayOfYear
getMonth getFullYear orValue or hasValue value optMap optFlatMap lowerAscii upperAscii replace split join trim
substring indexOf lastIndexOf charAt format reverse
"""
STANDARD_NAMES = frozenset(_STANDARD_WORDS.split())
_TYPES = {
    "string": "text",
    "int": "a whole number",
    "uint": "a whole number",
    "double": "a number",
    "bool": "true or false",
    "google.protobuf.Timestamp": "a moment",
    "google.protobuf.Duration": "a duration",
    "null_type": "null",
    "dyn": "an untyped value",
}
_INSTEAD = {
    "and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!", "&": "&&", "|": "||",
    "=": "==", "===": "==", "!==": "!=", "<>": "!=", "=>": ">=", "=<": "<=", "is": "==", "is not": "!=", "IS": "==",
}  # fmt: skip
_WRONG_WORD = re.compile(
    r"(?<![=!<>])(?:===?|!==|<>|=[<>]|=)(?![=])|(?<!&)&(?!&)|(?<!\|)\|(?!\|)|\bis not\b"
    r"|\b(?:and|or|AND|OR|is|IS)\b|\b(?:not|NOT)\b(?! in\b)"
)
_METHOD = re.compile(r"([A-Za-z_][\w.]*)\s+(contains|startsWith|endsWith|matches|starts_with|like|LIKE)\b")
_METHODS = {"starts_with": "startsWith", "like": "matches", "LIKE": "matches"}
_NOT_IN = re.compile(r"([A-Za-z_][\w.]*)\s+(not in)\s+([A-Za-z_\[][\w.]*)")
_HYPHENATED = re.compile(r"\b((?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*(?:-[A-Za-z_]\w*)+)")
_CURLY = re.compile("[\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb]")


def explain(error: str, text: str, scope: Scope, place: Place) -> list[Problem]:
    """Every error in the library's text; of several at one place, the first."""
    asked = [
        Problem(match.start(1), has_on_name(match[1], scope), "has-on-name")
        for match in _HAS.finditer(text)
        if match[1] in scope.words
    ]
    if asked:
        return asked
    found: dict[int, Problem] = {}
    for line, column, message in _ERROR.findall(error):
        problem = _problem(_offset(text, int(line), int(column)), message.strip(), text, scope, place)
        found.setdefault(problem.offset, problem)
        if message.startswith("Syntax error"):
            break
    found = _hyphens(text, found)
    return list(found.values()) or [Problem(0, _whole(error), "expression-syntax")]


def _hyphens(text: str, found: dict[int, Problem]) -> dict[int, Problem]:
    """A hyphen in a name subtracts: one problem for the name, not one for each half."""
    for match in _HYPHENATED.finditer(_without_strings(text)):
        inside = [offset for offset in found if match.start() <= offset < match.end()]
        if inside:
            before, _, name = match[1].rpartition(".")
            meant = f'{before}["{name}"]' if before.endswith(("arguments", "metadata", "body")) else ""
            meant = meant or f"{before}.{name.replace('-', '_')}"
            message = f'"-" subtracts, so {match[1]} is no name; write {meant}'
            found = {offset: problem for offset, problem in found.items() if offset not in inside}
            found[match.start()] = Problem(match.start(), message, "unknown-name")
    return dict(sorted(found.items()))


def has_on_name(name: str, scope: Scope) -> str:
    """A declared name is always there, so asking for it means something else."""
    empty = {"string": '""', "number": "0", "map": "{}", "list": "[]"}.get(scope.words.get(name, ""))
    return f"{name} always exists; " + (
        f"compare it: {name} != {empty}" if empty else "has() is for fields inside maps"
    )


def _whole(error: str) -> str:
    if "recursion" in error:
        return "this expression is nested too deeply"
    return f"this expression cannot be used: {error.partition(': ')[2].partition(' [')[0]}"


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return min(sum(len(before) + 1 for before in lines[: line - 1]) + column - 1, len(text))


def _problem(offset: int, message: str, text: str, scope: Scope, place: Place) -> Problem:
    if message.startswith("Syntax error"):
        return _syntax(offset, message, text)
    if found := _UNDECLARED.match(message):
        return _undeclared(found[1], offset, text, scope, place)
    if found := _OVERLOAD.match(message):
        return Problem(start_of_name(text, offset), _mismatch(found[1], _split_types(found[2])), "expression-type")
    if found := _SELECT.match(message):
        return Problem(
            start_of_name(text, offset),
            f"{_type(found[1])} has no fields; nothing can follow it with a dot",
            "expression-type",
        )
    return Problem(offset, message, "expression-syntax")


def start_of_name(text: str, offset: int) -> int:
    """The library points at the last dot, or at a call's bracket; people look at the beginning of the name."""
    mark = text[offset : offset + 1]
    if mark not in (".", "("):
        return offset
    before = (_CALLED_END if mark == "(" else _NAME_END).search(text, 0, offset)
    return offset - len(before[0]) if before else offset


def _syntax(offset: int, message: str, text: str) -> Problem:
    habit = _habit(_without_strings(text))
    if habit:
        return habit
    if "token recognition error at: '\"" in message or "token recognition error at: ''" in message:
        return Problem(offset, "this quote is never closed", "expression-syntax")
    if "missing ')'" in message or "<EOF>' expecting" in message:
        return Problem(offset, "the expression ends too early", "expression-syntax")
    rest = text[offset : offset + 20].strip()
    return Problem(offset, f"this is not an expression from here on: {rest}", "expression-syntax")


def _habit(text: str) -> Problem | None:
    """The first thing that another language would have written differently."""
    found = [
        (match.start(), f"write straight quotes, \" or ', instead of {match[0]}") for match in _CURLY.finditer(text)
    ]
    for match in _WRONG_WORD.finditer(text):
        if match[0] in _INSTEAD:
            quotes = ", and single quotes around all of it" if match[0].lower() == "not" and match.start() == 0 else ""
            found.append((match.start(), f'write {_INSTEAD[match[0]]} instead of "{match[0]}"{quotes}'))
    for match in _METHOD.finditer(text):
        found.append((match.start(2), f"write {match[1]}.{_METHODS.get(match[2], match[2])}(...)"))
    for match in _NOT_IN.finditer(text):
        found.append((match.start(2), f"write !({match[1]} in {match[3]})"))
    return Problem(*min(found), "expression-syntax") if found else None


def _without_strings(text: str) -> str:
    return re.sub(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", lambda match: " " * len(match[0]), text)


def _undeclared(name: str, offset: int, text: str, scope: Scope, place: Place) -> Problem:
    start = start_of_name(text, offset)
    called = re.match(r"[A-Za-z0-9_.]*\s*\(", text[start:])
    if called and not text[start:].startswith("steps."):
        return _unknown_function(called[0].rstrip("( \t"), start, text)
    return Problem(start, _unknown_name(name, scope, place), "unknown-name")


def _unknown_function(written: str, start: int, text: str) -> Problem:
    if written in _INSTEAD:
        return Problem(start, f'write {_INSTEAD[written]} instead of "{written}"', "expression-syntax")
    if written in FUNCTIONS:
        return Problem(start, f"{written} is written like this: {FUNCTIONS[written].usage}", "expression-type")
    last = written.rsplit(".", 1)[-1]
    if last in STANDARD_NAMES and "." not in written:
        value = re.match(r"\(\s*([A-Za-z_][\w.]*)", text[start + len(written) :])
        shown = f"{value[1] if value else 'call.to'}.{last}(...)"
        return Problem(start, f'"{last}" is written after the value, as in {shown}', "unknown-name")
    if last in ("all", "exists", "map", "filter"):
        return Problem(start, f"{last} is written like this: {last}(x, x != '')", "expression-type")
    hint = did_you_mean(written, FUNCTIONS) or did_you_mean(last, STANDARD_NAMES | FUNCTIONS.keys())
    place = start if written.split(".")[0] in ("phone",) else start + len(written) - len(last)
    return Problem(place, f'unknown function "{last if place != start else written}"{hint}', "unknown-name")


def _unknown_name(name: str, scope: Scope, place: Place) -> str:
    parts = name.split(".")
    if parts[0] == "steps":
        return _unknown_step(parts, scope)
    if parts[0] == "secrets" and len(parts) > 1:
        known = {word.removeprefix("secrets.") for word in scope.words if word.startswith("secrets.")}
        return _unknown_secret(parts[1], known)
    if len(parts) == 1 and name in scope.groups():
        return f'"{name}" is a group of names; write for example {_examples(name, scope)}'
    if name in scope.elsewhere:
        return _exists_elsewhere(name, scope)
    instead = _instead(name, parts)
    if instead:
        return f'unknown name "{name}"; {instead}'
    return f'unknown name "{name}"{_nearest(name, parts[0], scope, place)}'


def _unknown_secret(name: str, known: Iterable[str]) -> str:
    variable = f"set HOOKSWITCH_SECRET_{name.upper()}"
    if name != name.lower():
        return f'unknown secret "{name}"; {variable} and write secrets.{name.lower()}'
    hint = did_you_mean(name, known)
    return f'unknown secret "{name}"' + (f"{hint} If not, {variable}" if hint else f"; {variable}")


def _nearest(name: str, group: str, scope: Scope, place: Place) -> str:
    """First a name of the same group, then what there is in it; without a group, any name."""
    visible = list(_visible(scope, place))
    mine = [word for word in visible if word.startswith(group + ".")]
    return did_you_mean(name, mine) or (_group(group, scope) if mine else did_you_mean(name, visible))


def _instead(name: str, parts: list[str]) -> str:
    if len(parts) == 1:
        return habits.NAMES.get(name, "")
    return habits.GROUPS.get(parts[0], "").replace("{}", ".".join(parts[1:]))


def _group(group: str, scope: Scope) -> str:
    """What there is under the same first word."""
    known = sorted(name for name in scope.words if name.startswith(group + "."))
    if group in ("steps", "secrets") or not known:
        return ""
    return f"; there is {one_of(known[:12])}" + (" and more" if len(known) > 12 else "")


def _exists_elsewhere(name: str, scope: Scope) -> str:
    with_it = scope.elsewhere[name]
    without = [kind.name for kind in scope.kinds if name not in kind.names]
    if without and len(without) < len(scope.kinds):
        return f'"{name}" does not exist for {one_of(without)}, which this rule listens to as well'
    return f'"{name}" exists only for {one_of(with_it[:5])}'


def _visible(scope: Scope, place: Place) -> Iterator[str]:
    for name in scope.words:
        if (place.secrets or not name.startswith("secrets.")) and (place.item or name not in ("item", "index")):
            yield name


def _examples(group: str, scope: Scope) -> str:
    return one_of([name for name in scope.words if name.startswith(group + ".")][:3])


def _unknown_step(parts: list[str], scope: Scope) -> str:
    if len(parts) == 1:
        return "write steps.ID.outcome or an output of that step"
    if parts[1] not in scope.steps:
        hint = did_you_mean(parts[1], scope.steps) or (f"; there is {one_of(scope.steps)}" if scope.steps else "")
        return f'there is no step with the id "{parts[1]}"{hint}'
    prefix = f"steps.{parts[1]}."
    gives = sorted(word.removeprefix(prefix) for word in scope.words if word.startswith(prefix))
    if len(parts) == 2:
        return f"write for example {prefix}{gives[0]}"
    if parts[2] in ("outputs", "output", "result"):
        return f'write {prefix}{parts[3] if len(parts) > 3 else gives[0]}, without "{parts[2]}"'
    return f'step "{parts[1]}" gives {one_of(gives)}, not "{parts[2]}"{did_you_mean(parts[2], gives)}'


def _split_types(text: str) -> list[str]:
    return [word.strip() for word in re.split(r",(?![^(]*\))", text) if word.strip()]


def _type(word: str) -> str:
    if word in _TYPES:
        return _TYPES[word]
    if word.startswith("optional_type"):
        return "a value that may be missing"
    return {"map": "a map", "list": "a list"}.get(word.split("(")[0], word)


def _mismatch(function: str, types: list[str]) -> str:
    words = [_type(word) for word in types]
    operator = function.strip("_").replace("@", "")
    if function in FUNCTIONS:
        return f"{function} cannot take {_and(words)}; write for example {FUNCTIONS[function].usage}"
    if function == "_?_:_":
        return f"? : needs true or false before it and two values of one type; this has {_and(words)}"
    if function in ("_&&_", "_||_", "!_"):
        return f'{operator} joins true or false, not {_and(words)}; write a comparison such as x != ""'
    if function in ("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"):
        return f"{operator} cannot compare {_and(words, 'with')}{_hint(types)}"
    if function == "_%_":
        return f"% works on whole numbers, not on {_and(words)}; write int(...)"
    if function.startswith("_") or function.startswith("@"):
        return f"{operator} does not work on {_and(words)}"
    return f"{function} does not work on {_and(words)}"


def _hint(types: list[str]) -> str:
    if set(types) == {"int", "double"}:
        return "; write both with a point, as in 3.0"
    if any(word.startswith("optional_type") for word in types):
        return '; say what counts when it is missing, as in .orValue("")'
    if set(types) in ({"string", "int"}, {"string", "double"}):
        return "; put the number in quotes if text is meant"
    return '; a name is never null, compare with ""' if "null_type" in types else ""


def _and(words: Iterable[str], joint: str = "and") -> str:
    return f" {joint} ".join(words) or "nothing"
