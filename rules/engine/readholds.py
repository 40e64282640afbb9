"""Reads what holds a rule back: `if`, `limit`, `concurrency` and `once`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from rules.engine.expressions import Expression
from rules.engine.nodes import Items, Map, Node
from rules.engine.place import Place
from rules.engine.reader import Reader
from rules.engine.rule import Concurrency, Condition, Limit, Once
from rules.engine.scope import Scope

LIMIT_KEYS = ("count", "per", "key", "excess")
CONCURRENCY_KEYS = ("key", "max", "mode")
ONCE_KEYS = ("key", "per")


@dataclass
class HoldsReader:
    """Reads the holds of one rule; none of them can see steps or secrets."""

    reader: Reader
    scope: Scope
    waits: bool
    """Whether a platform waits for an answer to what the rule listens to."""

    def conditions(self, node: Node | None) -> tuple[Condition, ...]:
        """The entries of `if`, in order."""
        if isinstance(node, Items) and not node.items:
            self.reader.report(node, "`if` is empty", "missing")
        made: list[Condition] = []
        for index, item in enumerate(self.reader.listed(node)):
            where = f"`if[{index}]`" if isinstance(node, Items) else "`if`"
            place = Place(where, steps=0, wants_bool=True)
            expression = self.reader.condition(item, where, self.scope, place)
            if expression:
                made.append(Condition(expression, f"if[{index}]"))
        return tuple(made)

    def limit(self, node: Node | None) -> Limit | None:
        """`limit: {count, per, key, excess}`."""
        fields = self.fields(node, "limit", LIMIT_KEYS, ("count", "per"))
        if fields is None:
            return None
        excess = self.reader.choice(fields.get("excess"), "`excess`", ("skip", "delay"), "skip")
        if excess == "delay" and self.waits:
            message = "`excess: delay` cannot be used while a platform waits for the answer; write skip"
            self.reader.report(fields.get("excess"), message, "delay-while-waiting")
        return Limit(
            self.reader.whole(fields.get("count"), "`count`", 1),
            self.per(fields.get("per")) or 1.0,
            self.key(fields),
            cast(Literal["skip", "delay"], excess),
        )

    def concurrency(self, node: Node | None) -> Concurrency | None:
        """`concurrency: {key, max, mode}`."""
        fields = self.fields(node, "concurrency", CONCURRENCY_KEYS, ())
        if fields is None:
            return None
        mode = self.reader.choice(fields.get("mode"), "`mode`", ("queue", "skip", "restart"), "queue")
        if mode == "queue" and self.waits and fields.get("mode") is not None:
            message = "`mode: queue` makes a caller wait behind another; the answer may come too late"
            self.reader.report(fields.get("mode"), message, "delay-while-waiting", "warning")
        return Concurrency(
            self.key(fields),
            self.reader.whole(fields.get("max"), "`max`", 1),
            cast(Literal["queue", "skip", "restart"], mode),
        )

    def once(self, node: Node | None) -> Once | None:
        """`once: {key, per}`."""
        fields = self.fields(node, "once", ONCE_KEYS, ("key",))
        key = self.key(fields) if fields is not None else None
        return Once(key, self.per(fields.get("per"))) if fields is not None and key is not None else None

    def fields(self, node: Node | None, what: str, known: tuple[str, ...], needed: tuple[str, ...]) -> Map | None:
        fields = self.reader.map(node, f"`{what}`")
        if fields is None:
            return None
        self.reader.known(fields, known, f"`{what}`")
        for key in needed:
            if fields.get(key) is None:
                self.reader.report(fields, f"`{what}` needs `{key}`", "missing")
        return fields

    def per(self, node: Node | None) -> float | None:
        seconds = self.reader.duration(node, "`per`", None)
        if seconds == 0:
            self.reader.report(node, "`per` must be longer than nothing", "wrong-value")
        return seconds

    def key(self, fields: Map) -> Expression | None:
        node = fields.get("key")
        expression = self.reader.expression(node, "`key`", self.scope, Place("`key`", steps=0))
        if node is not None and expression is not None:
            if expression.constant:
                self.reader.report(node, "this key is the same for every event", "constant", "warning")
            if expression.type.word in ("map", "list", "bool", "null"):
                self.reader.report(node, "a key must be text or a number", "expression-type")
        return expression
