from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import rules.engine
from rules.engine.checks.codes import CODES

ENGINE = Path(rules.engine.__file__).parent
CODE_AT = {"report": 2, "Problem": 2, "Finding": 5, "_finding": 3, "_of_connection": 3, "Fault": 3}
"""Function or class → which argument is the code."""
BY_OTHERS = {"mapping"}
"""Codes that `check` gives for what the engine does not read."""
KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")


def emitted() -> set[str]:
    """Every code that stands in the engine's source: in a call, or as a default."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in ENGINE.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {text for node in nodes for place in places(node) for text in texts(place)}


def places(node: ast.AST) -> Iterator[ast.expr]:
    """Where a code may stand."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CODE_AT:
            yield from node.args[CODE_AT[name] : CODE_AT[name] + 1]
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "code")
    elif isinstance(node, ast.AnnAssign) and node.value and (is_code(node.target) or is_one_word(node.annotation)):
        yield node.value
    elif isinstance(node, ast.FunctionDef):
        named = dict(zip(reversed(node.args.args), reversed(node.args.defaults), strict=False))
        yield from (value for argument, value in named.items() if argument.arg == "code")


def is_code(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "code"


def is_one_word(annotation: ast.expr) -> bool:
    """`Literal["cut-text"]`: a code that is handed on by its name."""
    return isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Constant)


def texts(place: ast.expr) -> Iterator[str]:
    constants = [node.value for node in ast.walk(place) if isinstance(node, ast.Constant)]
    yield from (value for value in constants if isinstance(value, str) and KEBAB.fullmatch(value))


def test_every_code_is_documented_and_every_documented_one_exists() -> None:
    assert emitted() - CODES.keys() == set()
    assert CODES.keys() - emitted() == BY_OTHERS


def test_the_walk_finds_codes_in_calls_and_defaults() -> None:
    """Guards the test above against finding nothing."""
    assert {"unknown-name", "untested", "structure", "always-overtaken", "cut-text"} <= emitted()


def test_meanings_are_sentences() -> None:
    assert [code for code, meaning in CODES.items() if not meaning or meaning.endswith(".") or "|" in meaning] == []
