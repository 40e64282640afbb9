"""Which request is meant: by method, address, query, headers and body, as far as a test says something of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from rules.engine.cases.differences import ABSENT, Difference, part, shown
from rules.engine.cel.plain import to_text
from rules.engine.vocabulary import Asked

REQUEST_KEYS = ("method", "url", "query", "headers", "body")
_WEIGHTS: Mapping[str, int] = {"url": 10, "method": 5}
"""How far a difference takes a stub away from a request; anything else counts 1."""


@dataclass(frozen=True)
class RequestPattern:
    """What a request must be like. What is left out may be anything."""

    method: str = ""
    url: str = ""
    """Without a query; `*` stands for any text."""
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Any = ABSENT

    def differences(self, asked: Asked, where: str = "") -> Iterator[Difference]:
        """What keeps the request from being meant; nothing when it is."""
        if self.method and self.method != asked.method:
            yield Difference(f"{where}method", shown(self.method), shown(asked.method))
        if self.url and not _fits(_plain_url(self.url), _plain_url(asked.url)):
            yield Difference(f"{where}url", shown(self.url), shown(unquote(asked.url)))
        yield from part(_texts(self.query), dict(asked.query), f"{where}query")
        yield from part(_texts(self.headers), dict(asked.headers), f"{where}headers")
        if self.body is not ABSENT:
            yield from part(self.body, ABSENT if asked.body is None else asked.body, f"{where}body")

    def fits(self, asked: Asked) -> bool:
        """Whether this request is meant."""
        return next(self.differences(asked), None) is None


def pattern_of(plain: Mapping[str, Any]) -> RequestPattern:
    """From the keys of `request`; a query written into `url` counts like one written under `query`."""
    url, _, written = str(plain.get("url") or "").partition("?")
    return RequestPattern(
        str(plain.get("method") or "").upper(),
        url,
        dict(parse_qsl(written, keep_blank_values=True)) | _map(plain.get("query")),
        {name.lower(): value for name, value in _map(plain.get("headers")).items()},
        plain.get("body", ABSENT),
    )


def _map(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def nearest(patterns: Sequence[RequestPattern], asked: Asked) -> int | None:
    """Which of the patterns comes nearest to the request."""
    distances = [sum(_weight(found) for found in pattern.differences(asked)) for pattern in patterns]
    return distances.index(min(distances)) if distances else None


def as_written(asked: Asked) -> str:
    """The request on one line: `GET https://crm.example.com/customers?phone=+31612340001`."""
    pairs = [(name, value) for name, given in asked.query.items() for value in _listed(given)]
    query = "&".join(f"{name}={quote(value, safe='+@:,/ ')}" for name, value in pairs)
    return f"{asked.method} {unquote(asked.url)}" + (f"?{query}" if query else "")


def _listed(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _weight(difference: Difference) -> int:
    return _WEIGHTS.get(difference.where, 1)


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """As they travel: everything is text."""
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return value if value is None else to_text(value)


def _plain_url(url: str) -> str:
    """Comparable: a small host, a path, and letters instead of percent signs."""
    try:
        split = urlsplit(url)
        return unquote(f"{split.scheme.lower()}://{split.netloc.lower()}{split.path or '/'}") if split.netloc else url
    except ValueError:
        return url


def _fits(pattern: str, url: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), url, re.DOTALL) is not None
