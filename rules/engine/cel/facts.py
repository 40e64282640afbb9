"""What an expression claims about single names, so that claims can be compared: with what a name can be, and with each
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rules.engine.cel.celtree import Part

_FLIPPED = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_", "_==_": "_==_", "_!=_": "_!=_"}
SIGNS = {"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=", "@in": "in"}


@dataclass(frozen=True)
class Fact:
    """`subject sign values`: one comparison with something written out. `in` has several values, the others one."""

    subject: str
    sign: str
    values: tuple[Any, ...]
    part: Part | None = None
    """Where it stands; None for what the rule's `on` says."""
    places: tuple[Part, ...] = ()
    """Where each value stands."""

    def __str__(self) -> str:
        shown = [_shown(value) for value in self.values]
        if len(shown) == 1:
            return f"{self.subject} {'==' if self.sign == 'in' else self.sign} {shown[0]}"
        return f"{self.subject} in [{', '.join(shown)}]"


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def subject_of(part: Part) -> str:
    """A declared name, a field below one, or a function of one argument such as `weekday(now)`; "" for the rest."""
    if part.what == "name":
        return part.text
    if part.what == "select" and part.target is not None and not part.asks:
        below = subject_of(part.target)
        return f"{below}.{part.text}" if below else ""
    if part.what == "call" and part.target is None and len(part.parts) == 1 and part.text[:1].isalpha():
        inside = subject_of(part.parts[0])
        return f"{part.text}({inside})" if inside else ""
    return ""


def fact_of(part: Part) -> Fact | None:
    """What this comparison claims."""
    if part.what != "call" or part.text not in SIGNS or len(part.parts) != 2:
        return None
    left, right = part.parts
    if part.text == "@in":
        if right.what != "list" or not right.parts or any(item.what != "constant" for item in right.parts):
            return None
        return _fact(left, "@in", tuple(right.parts), part)
    if left.what == "constant":
        return _fact(right, _FLIPPED[part.text], (left,), part)
    return _fact(left, part.text, (right,), part) if right.what == "constant" else None


def _fact(subject: Part, sign: str, places: tuple[Part, ...], part: Part) -> Fact | None:
    name = subject_of(subject)
    values = tuple(place.value for place in places)
    return Fact(name, SIGNS[sign], values, part, places) if name else None


def chains(root: Part) -> Iterator[tuple[str, list[Part]]]:
    """Every run of `&&` or `||` in an expression, with what it joins."""
    for part in root.walk():
        if part.what == "call" and part.text in ("_&&_", "_||_"):
            yield part.text, joined(part, part.text)


def joined(part: Part, by: str) -> list[Part]:
    """The members of `a && b && c`; the part itself when it is no such run."""
    if part.what != "call" or part.text != by:
        return [part]
    return [member for child in part.parts for member in joined(child, by)]


def claims(members: Iterable[Part]) -> list[Fact]:
    """The facts among them."""
    return [fact for member in members if (fact := fact_of(member)) is not None]


def clash(one: Fact, other: Fact) -> bool:
    """Whether no value makes both true."""
    if one.subject != other.subject:
        return False
    try:
        return _never_both(one, other)
    except TypeError:
        return False


def _never_both(one: Fact, other: Fact) -> bool:
    for picks, rest in ((one, other), (other, one)):
        if picks.sign in ("==", "in"):
            return not any(_holds(rest, value) for value in picks.values)
    if "!=" in (one.sign, other.sign) or one.sign[0] == other.sign[0]:
        return False
    low, high = (one, other) if one.sign[0] == ">" else (other, one)
    strict = len(low.sign) == 1 or len(high.sign) == 1
    return bool(low.values[0] >= high.values[0] if strict else low.values[0] > high.values[0])


def _holds(fact: Fact, value: Any) -> bool:
    wanted = fact.values[0]
    if fact.sign in ("==", "in"):
        return value in fact.values
    if fact.sign == "!=":
        return bool(value != wanted)
    if fact.sign in ("<", "<="):
        return bool(value < wanted or (fact.sign == "<=" and value == wanted))
    return bool(value > wanted or (fact.sign == ">=" and value == wanted))


def first_clash(facts: list[Fact]) -> tuple[Fact, Fact] | None:
    """The first two that exclude each other."""
    for place, later in enumerate(facts):
        for earlier in facts[:place]:
            if later.part is not earlier.part and clash(earlier, later):
                return earlier, later
    return None
