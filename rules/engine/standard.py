"""The functions and operators of CEL itself that rules need most, each by an example that gives what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Standard(NamedTuple):
    """One of CEL's own. `usage` is a whole expression, and so is `gives`, its value."""

    usage: str
    gives: str
    doc: str


STANDARD: Mapping[str, Standard] = {
    "==  !=": Standard('"a" != "b"', "true", "the same, or not the same; texts, numbers, lists and maps"),
    "<  <=  >  >=": Standard("3 >= 2", "true", "comparing numbers, texts and moments"),
    "&&": Standard("true && false", "false", "both hold"),
    "||": Standard("true || false", "true", "at least one holds"),
    "!": Standard("!false", "true", "it does not hold; put single quotes around a YAML value that starts with it"),
    "? :": Standard('2 > 1 ? "yes" : "no"', '"yes"', "one of two values"),
    "in": Standard('"b" in ["a", "b"]', "true", "whether a list holds a value, or a map a key"),
    "+": Standard('"+31" + "612340001"', '"+31612340001"', "joins texts or lists, adds numbers"),
    "startsWith": Standard('"+31612340001".startsWith("+31")', "true", "how a text begins"),
    "endsWith": Standard('"night.json".endsWith(".json")', "true", "how a text ends"),
    "contains": Standard('"I want to cancel".contains("cancel")', "true", "whether a text holds another"),
    "matches": Standard('"AB-1234".matches("^[A-Z]{2}-[0-9]{4}$")', "true", "whether a text fits a regular expression"),
    "size": Standard('size(["a", "b"])', "2", "how long a text, a list or a map is"),
    "lowerAscii": Standard('"Hello".lowerAscii()', '"hello"', "small letters, for A to Z; `lower` does every language"),
    "upperAscii": Standard('"nl".upperAscii()', '"NL"', "capital letters, for A to Z"),
    "trim": Standard('"  hello ".trim()', '"hello"', "without blanks around it"),
    "replace": Standard('"06 1234".replace(" ", "")', '"061234"', "every occurrence replaced"),
    "split": Standard('"a,b".split(",")', '["a", "b"]', "a list of the parts"),
    "join": Standard('["a", "b"].join(", ")', '"a, b"', "one text of a list of texts"),
    "substring": Standard('"+31612340001".substring(0, 3)', '"+31"', "from one place up to another, counted from 0"),
    "has": Standard('has({"email": "a@example.com"}.email)', "true", "whether a map has a field"),
    ".?  orValue": Standard('{"a": 1}.?b.orValue(0)', "0", "a field of a map, or a default where it is missing"),
    "exists": Standard("[1, 5].exists(n, n > 3)", "true", "whether any item of a list fits"),
    "all": Standard("[1, 5].all(n, n > 3)", "false", "whether every item of a list fits"),
    "filter": Standard("[1, 5].filter(n, n > 3)", "[5]", "the items of a list that fit"),
    "map": Standard("[1, 5].map(n, n * 2)", "[2, 10]", "a list with every item changed"),
    "int": Standard('int("42")', "42", "a whole number, of a text or another number"),
    "double": Standard('double("4.2") * 2.0', "8.4", "a number to calculate with"),
    "string": Standard("string(42)", '"42"', "as text"),
    "duration": Standard('duration("90m") > duration("1h")', "true", "a length of time, to add to or compare with"),
    "timestamp": Standard(
        'timestamp("2026-03-02T18:00:00Z") + duration("1h")', 'timestamp("2026-03-02T19:00:00Z")', "a moment"
    ),
}
