"""Reads what holds a rule back: `if`, `limit`, `concurrency` and `once`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from rules.engine.cel.celtree import read_tree
from rules.engine.cel.expressions import Expression
from rules.engine.cel.facts import Fact, claims, clash, joined
from rules.engine.cel.scope import Scope
from rules.engine.findings import one_of
from rules.engine.rule import Concurrency, Condition, Limit, Once
from rules.engine.source.nodes import Items, Map, Node, Scalar
from rules.engine.source.place import Place
from rules.engine.source.reader import Reader

LIMIT_KEYS = ("count", "per", "key", "excess")
CONCURRENCY_KEYS = ("key", "max", "mode")
ONCE_KEYS = ("key", "per")
_COMPARING = ("==", "!=", "<", ">", " in ")
_SET_FOR: Mapping[str, frozenset[str]] = {
    "event.name": frozenset({"emitted", "schedule", "manual"}),
    "call.ended_reason": frozenset({"status-update", "end-of-call-report", "call-ended", "emitted"}),
}
"""Names that only some kinds ever fill."""


@dataclass
class HoldsReader:
    """Reads the holds of one rule; none of them can see steps or secrets."""

    reader: Reader
    scope: Scope
    waits: bool
    """Whether a platform waits for an answer to what the rule listens to."""
    on_says: Fact | None = None
    """What the filter of `on` makes certain."""

    def conditions(self, node: Node | None) -> tuple[Condition, ...]:
        """The entries of `if`, in order."""
        if isinstance(node, Items) and not node.items:
            self.reader.report(node, "`if` is empty", "missing")
        made: list[Condition] = []
        facts = [fact for fact in [self.on_says] if fact is not None]
        for index, item in enumerate(self.reader.listed(node)):
            where = f"if[{index}]" if isinstance(node, Items) else "if"
            place = Place(f"`{where}`", steps=0, wants_bool=True)
            expression = self.reader.condition(item, place.what, self.scope, place)
            if expression:
                made.append(Condition(expression, where))
                self.compared(item, expression, facts)
        return tuple(made)

    def compared(self, node: Node, expression: Expression, facts: list[Fact]) -> None:
        """Report an entry that excludes one before it, or what `on` says; `facts` grows by what it claims."""
        if not any(sign in expression.text for sign in _COMPARING):
            return
        root = read_tree(expression.program.serialize())
        own = claims(joined(root, "_&&_"))
        found = next(((earlier, later) for later in own for earlier in facts if clash(earlier, later)), None)
        facts += own
        if found and isinstance(node, Scalar):
            earlier, later = found
            said = f"{earlier}, as `on` says" if earlier.part is None else f"{earlier}"
            message = f"never both: {said}, and {later}"
            begins = node.text.find("${{") + 3 if "${{" in node.text else 0
            offset = begins + later.places[0].offset
            self.reader.report(node, message, "contradiction", "warning", offset)

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
            if self.reader.lacks(fields, key):
                self.reader.report(fields, f"`{what}` needs `{key}`", "missing")
        return fields

    def never_set(self, node: Node, expression: Expression) -> None:
        """A key of names that are always empty here: an empty key holds nothing back."""
        kinds = [kind.name for kind in self.scope.kinds]
        names = {name for name in expression.names if not name.startswith("vars.")}
        if not kinds or not names or not all(name in _SET_FOR for name in names):
            return
        if all(_SET_FOR[name].isdisjoint(kinds) for name in names):
            message = (
                f"{one_of(sorted(names))} is always empty for {one_of(kinds)}, and an empty key holds nothing back"
            )
            self.reader.report(node, message, "never-set", "warning")

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
            self.never_set(node, expression)
            if expression.type.word in ("map", "list", "bool", "null"):
                self.reader.report(node, "a key must be text or a number", "expression-type")
        return expression
