"""What the CEL library accepts although it goes wrong when an event comes: each is refused here, with what to write.

Arithmetic is checked by these classes. A name declared as a number always holds a number with a fraction, so it goes
together with 60.0 and with other such names, not with 60. `index`, which we count ourselves, is a whole number and goes
together with 1, not with 1.0. What comes out of a map has no type until one is given.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.engine.cel.celliterals import check_literals
from rules.engine.cel.celsense import check_meaning
from rules.engine.cel.celtree import Part
from rules.engine.cel.scope import ITEM_NAMES, Scope
from rules.engine.playing.explain import has_on_name, start_of_name
from rules.engine.source.place import Place, Problem

_ARITHMETIC = {"_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%", "-_": "-"}
_COMPARISONS = {"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_TAKES_OPTIONAL = frozenset({"orValue", "or", "hasValue", "value"})
_HOURS = frozenset({"open_now", "next_open"})
_LOCAL = _HOURS | {"date", "time", "weekday"}
_FRACTION = ("number", "double")
_DECLARED = frozenset({"number", "whole"})


def check_tree(root: Part, text: str, scope: Scope, place: Place) -> list[Problem]:
    """Everything wrong with a compiled expression at this place, in the order of the text."""
    checker = _Checker(text, scope, place)
    checker.visit(root, frozenset())
    problems = [*checker.problems, *check_literals(root), *check_meaning(root, text, scope)]
    if not any(problem.severity == "error" for problem in problems):
        problems += _result(root, text, place, checker)
    return sorted(problems, key=lambda problem: problem.offset)


def _result(root: Part, text: str, place: Place, checker: _Checker) -> Iterator[Problem]:
    if root.type.word == "optional":
        yield _missing(root, text)
    elif place.wants_bool and checker.class_of(root) not in ("bool", "untyped"):
        yield Problem(
            0,
            f"a condition must be true or false, this is {_WORDS.get(root.type.word, 'a number')}" + _comparison(root),
            "not-a-condition",
        )
    if root.type.word in ("type", "bytes"):
        yield Problem(0, "the result is neither text, number, map nor list", "expression-type")


_WORDS = {
    "string": "text",
    "int": "a number",
    "uint": "a number",
    "double": "a number",
    "map": "a map",
    "list": "a list",
    "timestamp": "a moment",
    "duration": "a duration",
    "null": "null",
    "bytes": "bytes",
    "type": "a type",
}


def _comparison(root: Part) -> str:
    return f'; write {path_text(root)} != ""' if root.type.word == "string" and path_text(root) else ""


class _Checker:
    def __init__(self, text: str, scope: Scope, place: Place) -> None:
        self.text = text
        self.scope = scope
        self.place = place
        self.problems: list[Problem] = []

    def visit(self, part: Part, bound: frozenset[str]) -> None:
        if part.what == "loop":
            bound = bound | part.value
        if part.what == "name" and part.text not in bound:
            self.name(part)
        elif part.what == "map" and part.text:
            self.report(part, f"{part.text} cannot be built here; write a map such as {{'name': 1}}")
        elif part.what == "call":
            self.call(part)
        for place, child in enumerate(part.children()):
            if child.type.word == "optional" and not _takes_optional(part, place, child):
                self.problems.append(_missing(child, self.text))
            self.visit(child, bound)

    def report(self, part: Part, message: str, code: str = "expression-type") -> None:
        self.problems.append(Problem(start_of(part, self.text), message, code))

    def name(self, part: Part) -> None:
        name = part.text
        if self.text[part.offset : part.offset + 1] == "(":
            self.report(part, has_on_name(name, self.scope), "has-on-name")
        if name.startswith("secrets.") and not self.place.secrets:
            self.report(part, f"{name} can be used only inside `with`, not in {self.place.what}", "secret-outside-with")
        if name in ITEM_NAMES and not self.place.item:
            self.report(part, f'"{name}" exists only inside the `with` of a step with `for_each`', "unknown-name")
        if name.startswith("steps."):
            self.step(part, name.split(".")[1])

    def step(self, part: Part, id_: str) -> None:
        before = self.place.steps
        if before is not None and self.scope.steps.index(id_) >= before:
            message = f'step "{id_}" has not run yet in {self.place.what}'
            self.report(part, message, "step-before-it-ran")

    def call(self, part: Part) -> None:
        if part.text in _ARITHMETIC:
            self.arithmetic(part, [(child, self.class_of(child)) for child in part.children()])
        elif part.text in _COMPARISONS:
            self.comparison(part, [self.class_of(child) for child in part.parts])
        elif part.text == "@in" and self.class_of(part.parts[1]) == "number":
            self.report(part.parts[1], f"{path_text(part.parts[1]) or 'this'} is a number; `in` needs a list or a map")
        elif part.text in _LOCAL:
            self.local(part)

    def local(self, part: Part) -> None:
        """Functions that reckon with opening hours or the local clock."""
        faults = self.scope.local_faults
        hours = part.parts[0].text
        if part.text in _HOURS and hours in faults:
            self.report(part.parts[0], f"{hours}: {faults[hours]}", "bad-literal")
        if "" in faults:
            self.problems.append(Problem(start_of(part, self.text), faults[""], "no-timezone", "warning"))

    def arithmetic(self, part: Part, operands: list[tuple[Part, str]]) -> None:
        sign = _ARITHMETIC[part.text]
        classes = {class_ for _, class_ in operands}
        if sign == "+" and "list" in classes:
            return
        for operand, class_ in operands:
            if class_ == "untyped":
                cast = _cast_beside(classes)
                shown = path_text(operand) or "x"
                self.report(operand, f"{shown} has no type yet; write {cast}({shown}) here", "untyped-arithmetic")
        if "number" in classes and "untyped" not in classes:
            self.fraction(part, sign, operands)
        elif "whole" in classes and "untyped" not in classes:
            self.whole(operands)

    def whole(self, operands: list[tuple[Part, str]]) -> None:
        name = next(path_text(operand) or "this" for operand, class_ in operands if class_ == "whole")
        for operand, class_ in operands:
            if class_ == "double" and operand.what == "constant" and float(operand.value).is_integer():
                advice = f"write {int(operand.value)} instead of {operand.value}"
            elif class_ not in ("whole", "int"):
                advice = f"write {'double' if class_ == 'double' else 'string'}({name})"
            else:
                continue
            self.report(operand, f"{name} is a whole number; {advice}", "number-arithmetic")

    def fraction(self, part: Part, sign: str, operands: list[tuple[Part, str]]) -> None:
        name = next(path_text(operand) or "this" for operand, class_ in operands if class_ == "number")
        if sign == "%":
            self.report(part, f"% works on whole numbers; write int({name})", "number-arithmetic")
        for operand, class_ in operands:
            if class_ in _FRACTION:
                continue
            if class_ == "int" and operand.what == "constant":
                advice = f"write {operand.value}.0 instead of {operand.value}"
            elif class_ in ("int", "whole"):
                advice = f"write double({path_text(operand) or '...'})"
            else:
                advice = f"write string({name})"
            self.report(operand, f"{name} is a number with a fraction; {advice}", "number-arithmetic")

    def comparison(self, part: Part, classes: list[str]) -> None:
        if not set(classes) & _DECLARED:
            return
        for operand, class_ in zip(part.parts, classes, strict=True):
            if class_ not in (*_FRACTION, "whole", "int", "uint", "untyped"):
                name = next(path_text(other) for other in part.parts if other is not operand)
                kind = _WORDS.get(class_, "true or false")
                self.report(operand, f"{name or 'this'} is a number, this is {kind}")

    def class_of(self, part: Part) -> str:
        """The static type's word; `number` or `whole` for what is declared so or reckoned from it; else `untyped`."""
        return self.reckoned(part) or ("untyped" if part.type.word == "dyn" else part.type.word)

    def reckoned(self, part: Part) -> str:
        """The class of a declared number or of what comes of reckoning with one; "" for anything else."""
        if part.what == "name" and part.type.word == "dyn":
            found = {self.scope.words.get(part.text, "")}
        elif part.text == "_?_:_":
            found = {self.class_of(branch) for branch in part.parts[1:]}
            return "".join(found & _DECLARED) if len(found) == 1 else ""
        elif part.what == "call" and part.text in _ARITHMETIC:
            found = {self.class_of(child) for child in part.children()}
        else:
            return ""
        return next((class_ for class_ in ("number", "whole") if class_ in found), "")


def _cast_beside(classes: set[str]) -> str:
    """What an untyped operand is turned into, so that it goes together with the others."""
    if "string" in classes:
        return "string"
    return "int" if "whole" in classes and not classes & set(_FRACTION) else "double"


def _takes_optional(parent: Part, place: int, child: Part) -> bool:
    """Whether an optional may stand here; anywhere else the library would fail, or crash, when the value is missing."""
    if parent.what == "select":
        return True
    if parent.what in ("list", "map"):
        return place in parent.optional
    if parent.what == "loop":
        return parent.type.word == "optional" and child is parent.parts[-1]
    if parent.text in ("_?._", "_[?_]"):
        return place == 0
    if parent.text == "_?_:_":
        return parent.type.word == "optional"
    return parent.text in _TAKES_OPTIONAL and (child is parent.target or parent.text == "or")


def _missing(part: Part, text: str) -> Problem:
    shown = path_text(part)
    advice = f'as in {shown}.orValue("")' if shown else 'with .orValue("") after it'
    message = f"{shown or 'this'} may be missing; say what counts then, {advice}"
    return Problem(start_of(part, text), message, "may-be-missing")


def start_of(part: Part, text: str) -> int:
    """The offset where the part begins in the text."""
    leftmost = part
    while True:
        first = next(leftmost.children(), None)
        if first is None or leftmost.what in ("list", "map", "loop") or leftmost.text in ("-_", "!_"):
            break
        if leftmost.what == "call" and leftmost.target is None and not leftmost.text.startswith("_"):
            break
        leftmost = first
    if text[leftmost.offset : leftmost.offset + 1] == "(" and leftmost.what == "name":
        return leftmost.offset + 1
    return start_of_name(text, leftmost.offset)


def path_text(part: Part) -> str:
    """A name with the fields asked of it, as people write it; "" for anything else."""
    if part.what == "name":
        return part.text
    if part.what == "select" and part.target is not None:
        below = path_text(part.target)
        return f"{below}.{part.text}" if below else ""
    if part.what == "call" and part.text == "_?._":
        below = path_text(part.parts[0])
        return f"{below}.?{part.parts[1].value}" if below else ""
    return ""
