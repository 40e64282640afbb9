"""As much of PromQL as our alerts and panels use: read, searched for names, and evaluated on two scrapes.

The scrapes stand for the beginning and the end of every range. A series that was not there at the beginning has no
increase, as in Prometheus.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import add, eq, ge, gt, le, lt, mul, ne, sub, truediv

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Value = float | Vector

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?![\w\]])|(?P<range>\[\w+(?::\w*)?\])|(?P<name>[a-zA-Z_:][\w:]*)|(?P<text>\"[^\"]*\")"
    r"|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/(){},=<>]))"
)
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {">": gt, "<": lt, "==": eq, "!=": ne, ">=": ge, "<=": le}
_SUMS: Mapping[str, Callable[[float, float], float]] = {"+": add, "-": sub}
_PRODUCTS: Mapping[str, Callable[[float, float], float]] = {"*": mul, "/": truediv}
_TOGETHER: Mapping[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min}


@dataclass(frozen=True)
class Scrapes:
    """What was seen: metric name → labels → value, at the beginning and at the end."""

    before: Mapping[str, Vector]
    after: Mapping[str, Vector]
    now: float


@dataclass(frozen=True)
class Selector:
    """A metric with what its labels must be."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]

    def of(self, seen: Mapping[str, Vector]) -> Vector:
        return {labels: value for labels, value in seen.get(self.metric, {}).items() if self._matches(dict(labels))}

    def _matches(self, labels: Mapping[str, str]) -> bool:
        for name, sign, wanted in self.matchers:
            found = labels.get(name, "")
            same = re.fullmatch(wanted, found) is not None if "~" in sign else found == wanted
            if same == sign.startswith("!"):
                return False
        return True


def tokens(text: str) -> list[tuple[str, str]]:
    """Kind and text of each token; raises ValueError for anything else."""
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match or not match.lastgroup:
            raise ValueError(f"cannot read {text[position:]!r}")
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


class Expression:
    """One expression, evaluated as it is read."""

    def __init__(self, text: str, scrapes: Scrapes | None = None) -> None:
        self._tokens = tokens(text)
        self._at = 0
        self._seen = scrapes or Scrapes({}, {}, 0.0)
        self.selectors: list[Selector] = []
        self.kept: list[tuple[Selector, tuple[str, ...]]] = []
        """What `by` names, with the selectors it stands over."""

    def value(self) -> Value:
        """Of the whole; raises ValueError when something is left over."""
        result = self._both()
        if self._at != len(self._tokens):
            raise ValueError(f"unexpected {self._tokens[self._at]}")
        return result

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        kind, text = self._tokens[self._at]
        if wanted and text != wanted:
            raise ValueError(f"{text!r} where {wanted!r} is expected")
        self._at += 1
        return text[1:-1] if kind == "text" else text

    def _both(self) -> Value:
        left = self._compared()
        while self._peek() == "and":
            self._take()
            left, right = _vector(left), _vector(self._compared())
            left = {labels: value for labels, value in left.items() if labels in right}
        return left

    def _compared(self) -> Value:
        left = self._chain(_SUMS, lambda: self._chain(_PRODUCTS, self._single))
        if self._peek() not in _COMPARE:
            return left
        holds = _COMPARE[self._take()]
        right = self._chain(_SUMS, lambda: self._chain(_PRODUCTS, self._single))
        pairs = _pairs(left, right)
        return {labels: value for labels, value, other in pairs if holds(value, other)}

    def _chain(self, signs: Mapping[str, Callable[[float, float], float]], part: Callable[[], Value]) -> Value:
        left = part()
        while self._peek() in signs:
            apply = signs[self._take()]
            right = part()
            if isinstance(left, float) and isinstance(right, float):
                left = apply(left, right)
            else:
                left = {labels: _safely(apply, one, other) for labels, one, other in _pairs(left, right)}
        return left

    def _single(self) -> Value:
        kind, text = self._tokens[self._at]
        if kind == "number":
            return float(self._take())
        if text == "(":
            return self._bracketed()
        self._take()
        if text in _TOGETHER:
            return self._aggregate(_TOGETHER[text])
        return self._function(text) if self._peek() == "(" else self._select(text)

    def _bracketed(self) -> Value:
        self._take("(")
        value = self._both()
        self._take(")")
        return value

    def _aggregate(self, together: Callable[[list[float]], float]) -> Vector:
        by = self._names() if self._peek() == "by" else ()
        first = len(self.selectors)
        groups: dict[Labels, list[float]] = {}
        for labels, value in _vector(self._bracketed()).items():
            groups.setdefault(frozenset(each for each in labels if each[0] in by), []).append(value)
        self.kept += [(selector, by) for selector in self.selectors[first:]]
        return {labels: together(values) for labels, values in groups.items()}

    def _names(self) -> tuple[str, ...]:
        self._take("by")
        self._take("(")
        names = []
        while self._peek() != ")":
            names.append(self._take())
            if self._peek() == ",":
                self._take()
        self._take(")")
        return tuple(names)

    def _function(self, name: str) -> Value:
        if name == "time":
            self._take("(")
            self._take(")")
            return self._seen.now
        if name == "histogram_quantile":
            self._take("(")
            self._chain(_SUMS, self._single)
            self._take(",")
            value = self._both()
            self._take(")")
            return value
        found = _vector(self._bracketed())
        if name == "absent":
            return {} if found else {frozenset(): 1.0}
        if name == "abs":
            return {labels: abs(value) for labels, value in found.items()}
        if name in ("increase", "rate"):
            return found
        raise ValueError(f"no function {name}")

    def _select(self, metric: str) -> Vector:
        matchers = tuple(self._matchers()) if self._peek() == "{" else ()
        selector = Selector(metric, matchers)
        self.selectors.append(selector)
        if not self._peek().startswith("["):
            return selector.of(self._seen.after)
        self._take()
        before = selector.of(self._seen.before)
        grown = selector.of(self._seen.after)
        return {labels: value - before[labels] for labels, value in grown.items() if labels in before}

    def _matchers(self) -> Iterator[tuple[str, str, str]]:
        self._take("{")
        while self._peek() != "}":
            yield self._take(), self._take(), self._take()
            if self._peek() == ",":
                self._take()
        self._take("}")


def _vector(value: Value) -> Vector:
    return {frozenset(): value} if isinstance(value, float) else value


def _pairs(left: Value, right: Value) -> Iterator[tuple[Labels, float, float]]:
    if isinstance(right, float):
        yield from ((labels, value, right) for labels, value in _vector(left).items())
    elif isinstance(left, float):
        yield from ((labels, left, value) for labels, value in right.items())
    else:
        yield from ((labels, value, right[labels]) for labels, value in left.items() if labels in right)


def _safely(apply: Callable[[float, float], float], one: float, other: float) -> float:
    """Nothing divided by nothing is no number, and no comparison with it holds."""
    try:
        return apply(one, other)
    except ZeroDivisionError:
        return float("inf") if one else float("nan")
