"""`vars.yaml`: the constants of ops, their types and the time zone everything local is reckoned in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from rules.engine.cel.celliterals import is_zone
from rules.engine.cel.hours import BadHours, odd_hours, parse_hours
from rules.engine.cel.plain import of_type
from rules.engine.findings import Finding, capped
from rules.engine.source.nodes import Entry, Map, Node
from rules.engine.source.reader import IDENTIFIER, Reader
from rules.engine.source.yamlread import read_yaml

VARS_FILE = "vars.yaml"
_DEFAULT_ZONE = "UTC"


@dataclass(frozen=True)
class Vars:
    """The constants of one rules folder."""

    text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    """Name → type word."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(_DEFAULT_ZONE))
    zone_given: bool = False
    findings: tuple[Finding, ...] = ()
    path: str = ""
    written: tuple[Entry, ...] = ()
    """Every entry of the file, the unusable ones too."""

    @cached_property
    def qualified(self) -> dict[str, Any]:
        """`vars.NAME` → value, as expressions take them."""
        return {f"vars.{name}": of_type(value, self.words[name]) for name, value in self.values.items()}

    @property
    def local_faults(self) -> dict[str, str]:
        """What local times and opening hours would trip over: `vars.NAME`, or "" for the zone → a sentence."""
        faults = {} if self.zone_given else {"": "vars.yaml has no `timezone`, so local times are those of UTC"}
        for name, value in self.values.items():
            if isinstance(value, Mapping) and (fault := _hours_fault(value)):
                faults[f"vars.{name}"] = fault
        return faults


def read_vars(text: str | bytes, path: str) -> Vars:
    """The constants; what is wrong is a finding and left out."""
    reader = Reader(path, "vars")
    document = read_yaml(text)
    for fault in document.faults:
        finding = Finding(path, fault.line, fault.column, "vars", fault.message, fault.code, fault.severity)
        reader.findings.append(finding)
    root = reader.map(document.root if document.root and document.root.plain is not None else None, "vars.yaml")
    entries = [entry for entry in root.entries if _is_usable(entry, reader)] if root else []
    values = {entry.key.text: entry.value.plain for entry in entries}
    words = {name: type_word(value) for name, value in values.items()}
    zone = _zone(root, reader)
    _check_hours(root, reader)
    kept = text if isinstance(text, str) else text.decode("utf-8-sig", "replace")
    return Vars(
        kept,
        values,
        words,
        zone or ZoneInfo(_DEFAULT_ZONE),
        _has_zone(root),
        capped(reader.findings),
        path,
        tuple(root.entries if root else ()),
    )


def overlaid(data: bytes, overrides: Mapping[str, str] | None) -> bytes | str:
    """The text of vars.yaml with some values replaced by other texts; lines stay where they are, new ones come last."""
    if not overrides:
        return data
    text = data.decode("utf-8-sig", "replace")
    for name, value in overrides.items():
        line = f"{name}: {json.dumps(value)}"
        text, found = re.subn(rf"(?m)^{re.escape(name)}:.*$", lambda _, line=line: line, text)  # type: ignore[misc]
        text += "" if found else ("" if not text or text.endswith("\n") else "\n") + line + "\n"
    return text


def type_word(value: Any) -> str:
    """The type word of a value as expressions see it."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, Mapping):
        return "map"
    return "list" if isinstance(value, list) else "string"


def _is_usable(entry: Entry, reader: Reader) -> bool:
    name = entry.key.text
    if not IDENTIFIER.fullmatch(name):
        message = f'"{name}" is no name for a var: letters, digits and _ only, not a digit first'
        reader.report(entry.key, message, "bad-name")
        return False
    if entry.value.plain is None:
        reader.report(entry.value, f"`{name}` has no value", "missing")
        return False
    return True


def _zone(root: Map | None, reader: Reader) -> ZoneInfo | None:
    node = root.get("timezone") if root else None
    if node is None:
        return None
    name = str(node.plain)
    if not is_zone(name):
        reader.report(node, f'"{name}" is not a time zone; write it like Europe/Amsterdam', "bad-literal")
        return None
    return ZoneInfo(name)


def _has_zone(root: Map | None) -> bool:
    """Whether a zone is written, right or wrong."""
    return root is not None and root.get("timezone") is not None


def _check_hours(root: Map | None, reader: Reader) -> None:
    for entry in root.entries if root else ():
        named = entry.key.text == "hours" or entry.key.text.endswith("_hours")
        if named and isinstance(entry.value, Map):
            faults = hours_faults(entry.value)
            for fault in faults:
                reader.report(fault[0], fault[1], "bad-literal")
            for key, message in [] if faults else odd_hours(entry.value.plain):
                reader.report(entry.value.get(key), message, "odd-hours", "warning")


def hours_faults(node: Map) -> list[tuple[Node, str]]:
    """What is wrong with opening hours, each with its place."""
    faults: list[tuple[Node, str]] = []
    for entry in node.entries:
        try:
            parse_hours({entry.key.text: entry.value.plain})
        except BadHours as error:
            faults.append((entry.value, str(error)))
    return faults


def _hours_fault(written: Mapping[str, Any]) -> str:
    try:
        parse_hours(written)
    except BadHours as error:
        return str(error)
    return ""
