"""Reads `numbers.yaml`, which lies beside the rules; whatever is wrong with it is a finding at its place.

drift: report
numbers:
  front_desk:
    "+31850000001":
      when:
        - hours: vars.hours
          agent: vars.day_agent
      otherwise: vars.night_agent
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from rules.engine.cel.hours import BadHours, Hours, odd_hours, parse_hours
from rules.engine.findings import Finding, capped, did_you_mean
from rules.engine.loading.load import NUMBERS_FILE, shown
from rules.engine.loading.variables import VARS_FILE, Vars, hours_faults, read_vars
from rules.engine.numbers.desired import Drift, Kept, NumbersFile, Shift
from rules.engine.numbers.turns import in_turn
from rules.engine.source.nodes import Entry, Map, Node, Scalar
from rules.engine.source.reader import Reader
from rules.engine.source.yamlread import LARGEST_FILE, read_yaml

RULE = "numbers"
"""What findings about the file name instead of a rule."""
FILE_KEYS = ("numbers", "drift", "mode")
NUMBER_KEYS = ("agent", "when", "otherwise", "drift", "pin")
SHIFT_KEYS = ("hours", "agent")
DRIFTS = ("report", "mend")
MODES = ("live", "shadow")

_VAR = re.compile(r"(?:\$\{\{\s*)?vars\.([A-Za-z0-9_-]+)(?:\s*\}\})?")
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_PUNCTUATION = re.compile(r"[\s().-]")


def load_numbers(folder: Path, vars_: Vars) -> NumbersFile | None:
    """The file of a rules folder; None when there is none."""
    path = folder / NUMBERS_FILE
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError:
        return NumbersFile(shown(path), findings=(Finding(shown(path), 1, 1, RULE, "the file cannot be read", "yaml"),))
    return read_numbers(data, shown(path), vars_)


def document_of(text: str, vars_text: str) -> bytes:
    """The file with its constants, as it is remembered while it is in force."""
    return json.dumps({"text": text, "vars": vars_text}).encode()


def of_document(document: bytes, path: str) -> NumbersFile:
    """The other direction."""
    kept = json.loads(document)
    return read_numbers(kept["text"], path, read_vars(kept["vars"], VARS_FILE))


def read_numbers(data: str | bytes, path: str, vars_: Vars) -> NumbersFile:
    """Everything the file says, and everything that is wrong with it."""
    return _NumbersReader(Reader(path, RULE), vars_).read(data)


def plain_number(text: str) -> str:
    """An E.164 number without the blanks and punctuation people write in it."""
    return _PUNCTUATION.sub("", text)


@dataclass
class _NumbersReader:
    reader: Reader
    vars: Vars
    _no_zone: bool = field(default=False)

    def read(self, data: str | bytes) -> NumbersFile:
        document = read_yaml(data)
        for fault in document.faults:
            at = Scalar(fault.line, fault.column, "", "")
            self.reader.report(at, fault.message, fault.code, fault.severity)
        root = self.reader.map(document.root, "numbers.yaml") or Map(1, 1)
        self.reader.known(root, FILE_KEYS, "numbers.yaml")
        shadow = self.reader.choice(root.get("mode"), "`mode`", MODES, "live") == "shadow"
        drift = self._drift(root, "report")
        if self.reader.lacks(root, "numbers") and not document.faults:
            self.reader.report(root, "`numbers` is missing: a map of connections, each with its numbers", "missing")
        connections = self.reader.map(root.get("numbers"), "`numbers`") or Map(1, 1)
        kept = tuple(each for entry in connections.entries for each in self._connection(entry, drift))
        return NumbersFile(self.reader.path, kept, self.vars.zone, shadow, capped(self.reader.findings))

    def _drift(self, node: Map, default: Drift) -> Drift:
        return cast(Drift, self.reader.choice(node.get("drift"), "`drift`", DRIFTS, default))

    def _connection(self, entry: Entry, drift: Drift) -> list[Kept]:
        numbers = self.reader.map(entry.value, f"`{entry.key.text}`") or Map(1, 1)
        first: dict[str, Entry] = {}
        found = []
        for each in numbers.entries:
            number = self._number(each.key)
            before = first.setdefault(number, each) if number else each
            if before is not each:
                message = f"{entry.key.text} has this number already, in line {before.key.line}"
                self.reader.report(each.key, message, "double-entry")
            kept = self._kept(entry.key, number, each, drift)
            if kept is not None and number and before is each:
                found.append(kept)
        return found

    def _number(self, key: Scalar) -> str:
        number = plain_number(key.text)
        if _E164.fullmatch(number):
            return number
        message = f'"{key.text[:40]}" is not a whole number with its country; write it like +31850000001'
        self.reader.report(key, message, "bad-literal")
        return ""

    def _kept(self, connection: Scalar, number: str, entry: Entry, drift: Drift) -> Kept | None:
        node = self.reader.map(entry.value, f"what belongs to {entry.key.text}")
        if node is None:
            return None
        self.reader.known(node, NUMBER_KEYS, "a number")
        pin = self.reader.text(node.get("pin"), "`pin`")
        drift = self._drift(node, drift)
        shifts, agent = self._shifts(node), self._last(node, entry)
        if agent is None or None in shifts:
            return None
        made = tuple(shift for shift in shifts if shift is not None)
        at = (connection.line, connection.column)
        return Kept(connection.text, number, agent, made, drift, pin, entry.key.line, entry.key.column, at)

    def _last(self, node: Map, entry: Entry) -> str | None:
        """Who answers when no hours are on; it is the only one where there is no `when`."""
        when, agent, otherwise = node.get("when"), node.get("agent"), node.get("otherwise")
        if agent is not None and (when or otherwise) is not None:
            self.reader.report(node.key("agent"), "write `agent`, or `when` and `otherwise`, not both", "too-many")
        if when is None and otherwise is not None and agent is None:
            self.reader.report(
                node.key("otherwise"), "`otherwise` means nothing without `when`; write `agent`", "pointless"
            )
        if when is not None and otherwise is None and agent is None and self.reader.lacks(node, "otherwise"):
            message = "`otherwise` is missing: the agent that answers when none of these hours are on"
            self.reader.report(node.key("when"), message, "missing")
            return None
        chosen = otherwise if otherwise is not None else agent
        if chosen is None:
            if self.reader.lacks(node, "agent"):
                self.reader.report(entry.key, "`agent` is missing, or `when` with `otherwise`", "missing")
            return None
        return self._agent(chosen, "`otherwise`" if otherwise is not None else "`agent`")

    def _shifts(self, node: Map) -> list[Shift | None]:
        nodes = list(self.reader.listed(node.get("when")))
        shifts = [self._shift(each) for each in nodes]
        made = [shift for shift in shifts if shift is not None]
        if made and len(made) == len(shifts):
            self._reachable(made, nodes, node)
        return shifts

    def _shift(self, written: Node) -> Shift | None:
        node = self.reader.map(written, "each entry of `when`")
        if node is None:
            return None
        self.reader.known(node, SHIFT_KEYS, "an entry of `when`")
        for key in SHIFT_KEYS:
            if self.reader.lacks(node, key):
                self.reader.report(node, f"`{key}` is missing", "missing")
        hours, agent = self._hours(node.get("hours")), self._agent(node.get("agent"), "`agent`")
        return Shift(hours, agent) if hours is not None and agent is not None else None

    def _reachable(self, shifts: list[Shift], nodes: list[Node], node: Map) -> None:
        on = in_turn([shift.hours for shift in shifts])
        for at, turns in zip(nodes, on, strict=False):
            if not turns:
                message = "these hours never come to their turn: they are closed, or those above are on all the while"
                self.reader.report(at, message, "unreachable", "warning")
        if not on[-1]:
            key = node.key("otherwise")
            self.reader.report(
                key, "`otherwise` never comes to its turn: the hours above leave no time", "unreachable", "warning"
            )

    def _hours(self, node: Node | None) -> Hours | None:
        if node is None:
            return None
        self._zone(node)
        if isinstance(node, Map):
            faults = hours_faults(node)
            for at, message in faults:
                self.reader.report(at, message, "bad-literal")
            for key, message in [] if faults else odd_hours(node.plain):
                self.reader.report(node.get(key), message, "odd-hours", "warning")
            return None if faults else parse_hours(node.plain)
        name, value = self._var(node, "`hours`", "vars.hours, or the hours themselves as a map")
        if name and not isinstance(value, Mapping):
            self.reader.report(node, f"vars.{name} is no map of opening hours", "wrong-type")
        if not isinstance(value, Mapping):
            return None
        try:
            return parse_hours(value)
        except BadHours as error:
            self.reader.report(node, f"vars.{name}: {error}", "bad-literal")
            return None

    def _zone(self, node: Node) -> None:
        if not self.vars.zone_given and not self._no_zone:
            self._no_zone = True
            self.reader.report(node, self.vars.local_faults[""], "no-timezone", "warning")

    def _agent(self, node: Node | None, what: str) -> str | None:
        if node is None:
            return None
        text = self.reader.text(node, what).strip()
        if not text:
            if isinstance(node, Scalar):
                self.reader.report(node, f"{what} is empty: write an agent's id, or vars.NAME", "missing")
            return None
        if not (_VAR.fullmatch(text) or "${{" in text):
            if text in self.vars.values:
                message = f'"{text}" is taken for an agent\'s id; did you mean "vars.{text}"?'
                self.reader.report(node, message, "wrong-value", "warning")
            return text
        name, value = self._var(node, what, "an agent's id, or vars.NAME")
        if name and not isinstance(value, str):
            self.reader.report(node, f"vars.{name} is no agent's id", "wrong-type")
        return value if isinstance(value, str) else None

    def _var(self, node: Node, what: str, wanted: str) -> tuple[str, Any]:
        """The name and value of the var that stands there; an empty name when none does, which is reported."""
        text = self.reader.text(node, what).strip()
        found = _VAR.fullmatch(text)
        if not found:
            near = f'; did you mean "vars.{text}"?' if text in self.vars.values else f"; write {wanted}"
            self.reader.report(node, f'{what} cannot be "{text[:40]}"{near}', "wrong-value")
            return "", None
        if found[1] not in self.vars.values:
            hint = did_you_mean(f"vars.{found[1]}", (f"vars.{name}" for name in self.vars.values))
            self.reader.report(node, f'unknown name "vars.{found[1]}"{hint}', "unknown-name")
            return "", None
        return found[1], self.vars.values[found[1]]
