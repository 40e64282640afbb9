"""Reads `on`: which events a rule is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from rules.engine.cel import closed
from rules.engine.cel.celliterals import is_zone
from rules.engine.findings import did_you_mean, one_of
from rules.engine.loading import habits
from rules.engine.playing.cron import BadCron, NeverDue, check_cron
from rules.engine.rule import Schedule, Trigger
from rules.engine.source.nodes import Items, Map, Node, Scalar
from rules.engine.source.reader import Reader
from rules.engine.vocabulary import KindWords, Vocabulary

_NATIVE, _EVENT, _SCHEDULE = "native", "event", "schedule"
FILTER_VALUES: Mapping[str, tuple[str, ...]] = {"call.status": closed.VALUES["call.status"]}
"""For each name that a filter compares, all it can ever be; any text where it is not listed."""
SPECIAL_USE = {_NATIVE: "native: NAME", _EVENT: "event: NAME", _SCHEDULE: 'schedule: {cron: "0 18 * * *"}'}


@dataclass
class On:
    """What `on` says."""

    triggers: list[Trigger] = field(default_factory=list)
    schedule: Schedule | None = None
    unsure: bool = False
    """Whether a kind was written that does not exist and resembles none, so that any name may be the right one."""

    def kinds(self) -> list[str]:
        """The kinds, in the order of the file; empty when a native name may bring any kind."""
        if any(not trigger.kind for trigger in self.triggers):
            return []
        return list(dict.fromkeys(trigger.kind for trigger in self.triggers))


@dataclass
class OnReader:
    """Reads `on` of one rule."""

    reader: Reader
    vocabulary: Vocabulary
    zone: str
    on: On = field(default_factory=On)

    def read(self, node: Node) -> On:
        """All triggers; what is wrong is reported and left out."""
        if isinstance(node, Map):
            for entry in node.entries:
                self.entry(entry.key, entry.value)
        else:
            for item in self.reader.listed(node):
                self.word(item)
        self.on.unsure = self.on.unsure or not self.on.triggers
        if isinstance(node, Items | Map) and not node.plain:
            self.reader.report(node, "`on` is empty; name at least one kind of event", "missing")
        return self.on

    def word(self, node: Node) -> None:
        if not isinstance(node, Scalar):
            self.reader.report(node, "a list in `on` holds kinds; for filters write a map such as tool-calls: NAME")
        elif node.text in SPECIAL_USE:
            self.reader.report(node, f"`{node.text}` needs a value, as in {SPECIAL_USE[node.text]}", "missing")
        elif kind := self.kind(node):
            self.add(Trigger(kind.name, kind.filter, line=node.line, column=node.column))

    def entry(self, key: Scalar, value: Node) -> None:
        if key.text == _SCHEDULE:
            self.schedule(key, value)
        elif key.text == _NATIVE:
            self.native(key, value)
        elif key.text == _EVENT:
            self.add(self.filtered(key, self.vocabulary.kinds.get("emitted", KindWords("emitted")), value))
        elif kind := self.kind(key):
            self.add(self.filtered(key, kind, value))

    def add(self, trigger: Trigger) -> None:
        self.on.triggers.append(trigger)

    def kind(self, node: Scalar) -> KindWords | None:
        known = self.vocabulary.kinds.get(node.text)
        if known is not None:
            return known
        return self.unknown_kind(node)

    def unknown_kind(self, node: Scalar) -> KindWords | None:
        """Reported; the rest is read as if the kind that was probably meant stood there."""
        choices = {*self.vocabulary.kinds, _NATIVE, _EVENT}
        instead = habits.KINDS.get(node.text.lower().replace("_", "-"))
        hint = f"; {instead}" if instead else did_you_mean(node.text, choices)
        hint = hint or f"; there are {one_of(sorted(choices))}"
        self.reader.report(node, f'unknown kind of event "{node.text}"{hint}', "unknown-kind")
        meant = next((kind for kind in self.vocabulary.kinds.values() if kind.name in hint), None)
        self.on.unsure = self.on.unsure or meant is None or hint.startswith("; there are")
        return None if self.on.unsure else meant

    def filtered(self, key: Scalar, kind: KindWords, value: Node) -> Trigger:
        values = self.values(key, value)
        if not kind.filter and not _is_empty(value):
            self.reader.report(value, f"{kind.name} has no filter; use `if` instead", "no-filter")
        for word, node in values:
            allowed = FILTER_VALUES.get(kind.filter, ())
            if allowed and word not in allowed:
                self.reader.report(node, closed.fault(kind.filter, word, allowed), "wrong-value")
        return Trigger(kind.name, kind.filter, frozenset(word for word, _ in values), key.line, key.column)

    def values(self, key: Scalar, value: Node) -> list[tuple[str, Node]]:
        if _is_empty(value):
            return []
        return self.reader.words(value, f"`{key.text}`")

    def native(self, key: Scalar, value: Node) -> None:
        values = self.values(key, value)
        if not values:
            self.reader.report(value, "`native` needs the platform's own event name", "missing")
        known = {name for names in self.vocabulary.natives.values() for name in names}
        for word, node in values:
            if known and word not in known:
                message = f'no platform is known to send "{word}"{did_you_mean(word, known)}'
                self.reader.report(node, message, "unknown-native", "warning")
        self.add(Trigger("", "", frozenset(word for word, _ in values), key.line, key.column))

    def schedule(self, key: Scalar, value: Node) -> None:
        self.add(Trigger(_SCHEDULE, line=key.line, column=key.column))
        fields = self.reader.map(value, "`schedule`")
        if fields is None:
            return
        self.reader.known(fields, ("cron", "timezone", "catch_up"), "`schedule`")
        cron = self.cron(fields)
        zone = self.reader.text(fields.get("timezone"), "`timezone`", self.zone)
        if not is_zone(zone):
            self.reader.report(
                fields.get("timezone"), f'"{zone}" is not a time zone; write it like Europe/Amsterdam', "bad-literal"
            )
            zone = "UTC"
        catch_up = self.reader.choice(fields.get("catch_up"), "`catch_up`", ("skip", "once"), "skip")
        self.on.schedule = Schedule(cron, zone, cast(Literal["skip", "once"], catch_up))

    def cron(self, fields: Map) -> str:
        node = fields.get("cron")
        if node is None:
            self.reader.report(fields, '`schedule` needs `cron`, such as "0 18 * * MON-FRI"', "missing")
            return ""
        text = self.reader.text(node, "`cron`")
        try:
            check_cron(text)
        except NeverDue:
            self.reader.report(node, f'"{text}" never comes: no month it names has such a day', "never-due")
        except BadCron:
            message = f'"{text}" is not a cron line: minute hour day month weekday, such as "0 18 * * MON-FRI"'
            self.reader.report(node, message, "bad-literal")
        return text


def _is_empty(value: Node) -> bool:
    """Nothing was written after the colon."""
    return isinstance(value, Scalar) and value.plain is None
