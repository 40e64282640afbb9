"""Reads `stubs` of a test case: what steps give, by their keys, and what answers HTTP requests, under `http`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.engine.cases.httpstubs import REQUEST_KEYS, RequestPattern, pattern_of
from rules.engine.findings import did_you_mean
from rules.engine.rule import Rule, Step
from rules.engine.source.nodes import Items, Map, Node
from rules.engine.source.reader import Reader
from rules.engine.vocabulary import Reply, Vocabulary

HTTP = "http"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
STUB_WORDS = frozenset({"error", "unavailable", "delay"})
REPLY_KEYS = ("status", "headers", "body", "text", *sorted(STUB_WORDS))


@dataclass(frozen=True)
class Stub:
    """What one try of a step gives in a test instead of being performed, or what answers one request."""

    output: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    """It is refused: waiting mends nothing."""
    unavailable: str = ""
    """Nothing happened, and another try may go better."""
    delay: float = 0.0
    """Virtual seconds it takes."""

    @property
    def reply(self) -> Reply:
        """As the answer to an HTTP request."""
        return Reply(int(self.output.get("status", 200)), _headers(self.output.get("headers")), self._content)

    @property
    def _content(self) -> bytes:
        if "body" not in self.output:
            return str(self.output.get("text", "")).encode()
        return json.dumps(self.output["body"], ensure_ascii=False, default=str).encode()


def _headers(given: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, Mapping) else {}


@dataclass(frozen=True)
class HttpStub:
    """What answers requests of one kind."""

    pattern: RequestPattern
    replies: tuple[Stub, ...]
    """One for each request; the last one serves the rest."""
    place: str
    """`stubs.http[0]`."""
    line: int


@dataclass
class StubsReader:
    """Reads them for one rule; the keys of other rules are `RULE.STEP`."""

    reader: Reader
    rule: Rule | None
    others: Mapping[str, Rule]
    vocabulary: Vocabulary
    steps: dict[str, tuple[Stub, ...]] = field(default_factory=dict)
    http: tuple[HttpStub, ...] = ()

    def read(self, node: Node | None) -> None:
        """Fill `steps` and `http`."""
        fields = self.reader.map(node, "`stubs`")
        for entry in fields.entries if fields else ():
            key = entry.key.text
            items = [self.reader.map(item, "a stub") for item in self.reader.listed(entry.value)]
            maps = [item for item in items if item is not None]
            if key == HTTP:
                maps = self._requests(maps, entry.value)
            if key != HTTP or maps:
                self.known_step(entry.key, key)
                self.steps[key] = tuple(self._stub(self._step(key), item) for item in maps)

    def _requests(self, maps: Sequence[Map], node: Node) -> list[Map]:
        """Those of `http` that answer requests are kept; the others belong to a step of that name."""
        asking = [item for item in maps if item.get("request") is not None]
        self.http = tuple(self._http_stub(place, item) for place, item in enumerate(asking))
        others = [item for item in maps if item.get("request") is None]
        if self._step(HTTP) is not None:
            return others
        for item in others:
            self.reader.report(item, "what stands under `http` needs `request`: which requests it answers", "missing")
        if not maps and not isinstance(node, Items):
            self.reader.report(node, "`http` holds a list of requests with their answers", "wrong-type")
        return []

    def known_step(self, node: Node, key: str) -> None:
        """Report a key that no step has."""
        if self.rule is None or self._step(key) is not None:
            return
        name = key.partition(".")[0] if "." in key else self.rule.name
        owner = self.others.get(name, self.rule)
        keys = [step.key for step in owner.steps]
        shown = [each if owner is self.rule else f"{owner.name}.{each}" for each in keys]
        hint = did_you_mean(key, [*shown, HTTP]) or self._there_are(owner, keys)
        self.reader.report(node, f'unknown key "{key}"{hint}', "unknown-key")

    def _there_are(self, owner: Rule, keys: Sequence[str]) -> str:
        return f"; rule {owner.name} has {', '.join(keys)}" if keys else f"; rule {owner.name} has no steps"

    def _step(self, key: str) -> Step | None:
        own = self.rule.step(key) if self.rule else None
        name, _, step = key.partition(".")
        return own or (self.others[name].step(step) if name in self.others else None)

    def _stub(self, step: Step | None, fields: Map) -> Stub:
        if step is not None and step.output:
            self.reader.known(fields, [*step.output, *sorted(STUB_WORDS)], f"a stub of {step.action}")
        words = self.vocabulary.actions.get(step.action) if step else None
        if words is not None and words.rehearse:
            self._answer(fields)
        return self._given(fields)

    def _http_stub(self, place: int, fields: Map) -> HttpStub:
        self.reader.known(fields, ("request", "replies", *REPLY_KEYS), "an entry of `http`")
        request = self.reader.map(fields.get("request"), "`request`")
        if request is not None:
            read_pattern(self.reader, request)
        replies = tuple(self._replies(fields))
        return HttpStub(pattern_of(request.plain if request else {}), replies, f"stubs.{HTTP}[{place}]", fields.line)

    def _replies(self, fields: Map) -> Iterator[Stub]:
        listed = list(self.reader.listed(fields.get("replies")))
        if listed and any(fields.get(key) is not None for key in REPLY_KEYS):
            self.reader.report(fields.get("replies"), "write either one answer or `replies`, not both", "structure")
        maps = [self.reader.map(item, "an answer") for item in listed] if listed else [fields]
        for item in maps:
            if item is not None:
                if item is not fields:
                    self.reader.known(item, REPLY_KEYS, "an answer")
                self._answer(item)
                yield self._given(item, only=REPLY_KEYS)

    def _answer(self, fields: Map) -> None:
        """What only HTTP answers have."""
        status = fields.get("status")
        if status is not None and not 100 <= self.reader.whole(status, "`status`", 200) <= 599:
            self.reader.report(status, "`status` is an HTTP status, from 100 to 599", "wrong-value")
        self.reader.map(fields.get("headers"), "`headers`")

    def _given(self, fields: Map, only: Sequence[str] = ()) -> Stub:
        plain = {name: value for name, value in fields.plain.items() if not only or name in only}
        output = {name: value for name, value in plain.items() if name not in STUB_WORDS}
        if not isinstance(output.get("status", 200), int):
            output.pop("status")
        delay = self.reader.duration(fields.get("delay"), "`delay`", 0.0) or 0.0
        return Stub(output, str(plain.get("error") or ""), str(plain.get("unavailable") or ""), delay)


def read_pattern(reader: Reader, request: Map) -> None:
    """Report what is wrong with a `request`, in a stub or in an expected call."""
    reader.known(request, REQUEST_KEYS, "`request`")
    if not request.entries:
        reader.report(request, "`request` is empty; say at least its `url`, with * for any text", "missing")
    reader.choice(request.get("method"), "`method`", METHODS, "GET")
    reader.text(request.get("url"), "`url`")
    for key in ("query", "headers"):
        reader.map(request.get(key), f"`{key}`")
