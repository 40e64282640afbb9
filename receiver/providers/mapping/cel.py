"""One expression of a mapping: compiled when the connections are read, evaluated for every delivery.

The receiver has a binding of its own to the CEL library, without the rule engine. What an expression asks for and the
payload does not have is `MISSING`, not an error: platforms leave fields out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import phonenumbers
from cel_expr_python import cel  # type: ignore[import-untyped]
from cel_expr_python.ext import ext_optional, ext_strings  # type: ignore[import-untyped]

from receiver.providers.mapping.cautions import cautions, loops_in
from receiver.providers.mapping.wording import Problem, explained, run_time

_MAP, _TEXT, _DYN = cel.Type.Map(cel.Type.STRING, cel.Type.DYN), cel.Type.STRING, cel.Type.DYN
_TYPES = {"map": _MAP, "texts": cel.Type.Map(_TEXT, _TEXT), "text": _TEXT, "list": cel.Type.List(_DYN), "dyn": _DYN}
_LARGEST = 2**63 - 1

Names = tuple[tuple[str, str], ...]
"""Each name with its type: map, texts (a map of texts), text, list or dyn."""

INCOMING: Names = (("raw", "map"), ("headers", "texts"), ("query", "texts"), ("door", "text"), ("tool", "text"))
"""What the expressions for events see."""
ITEM: Names = (*INCOMING, ("item", "dyn"))
"""The same where each item of a list is looked at by itself."""
OUTGOING: Names = (("answers", "list"), ("answer", "map"), ("raw", "map"), ("native", "text"), ("tool", "text"))
"""What the expressions of a reply see."""


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""What an expression gives when the payload does not have what it asks for."""


class Failed(Exception):
    """An expression that could not be evaluated; `message` is a sentence without any value of the payload."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, eq=False)
class Expression:
    """A compiled expression."""

    text: str
    program: Any
    loops: int

    def evaluate(self, activation: Any) -> Any:
        """The value as JSON knows it, or MISSING; raises Failed."""
        try:
            value = self.program.eval(activation)
            plain = value.plain_value()
            if value.type() != cel.Type.ERROR:
                return plainly(plain)
        except (RuntimeError, TypeError, SystemError, ValueError, OverflowError) as error:
            raise Failed(run_time(str(error))) from error
        if plain.startswith("NOT_FOUND") or "Index error" in plain:
            return MISSING
        raise Failed(run_time(plain))


def compiled(text: str, names: Names) -> Expression | list[Problem]:
    """The expression, or everything that is wrong with it."""
    if not text.strip():
        return [Problem(0, "this expression is empty")]
    refused = [Problem(*caution) for caution in cautions(text)]
    if refused:
        return refused
    try:
        program = environment(names).compile(text)
    except (RuntimeError, TypeError) as error:
        return explained(str(error), text, dict(names), FUNCTIONS)
    return Expression(text, program, loops_in(text))


def activation(names: Names, values: Mapping[str, Any]) -> Any:
    """The values of the names, ready for any expression that was compiled with them."""
    return environment(names).Activation(dict(values))


def plainly(value: Any) -> Any:
    """A value of CEL as JSON: whole numbers without a fraction, times as ISO 8601, durations in seconds."""
    if isinstance(value, Mapping):
        return {str(key): plainly(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plainly(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | bytearray):
        raise ValueError("bytes are no JSON")
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST else value


def _e164(number: str, region: str) -> str:
    """As in rules: the number in E.164 as somebody in that region would dial it; "" when it cannot be one."""
    try:
        parsed = phonenumbers.parse(number, region.upper())
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _to_json(value: Any) -> str:
    return json.dumps(plainly(value), ensure_ascii=False, sort_keys=True)


_ANY = ("STRING", "INT", "UINT", "DOUBLE", "BOOL", "TIMESTAMP", "DURATION", "NULL", "MAP", "LIST")

FUNCTIONS: Mapping[str, str] = {
    "lower": "lower(raw.state)",
    "phone.e164": 'phone.e164(raw.caller, "NL")',
    "to_json": "to_json(answer.result)",
}
"""Functions beside CEL's own, and how they are written; each is as in rules."""


@cache
def environment(names: Names) -> Any:
    """The environment of these names; made once, since making one is slow."""
    one, two = [_TEXT], [_TEXT, _TEXT]
    functions = [
        cel.FunctionDecl("lower", [cel.Overload(id="lower_0", return_type=_TEXT, parameters=one, impl=str.lower)]),
        cel.FunctionDecl("phone.e164", [cel.Overload(id="e164_0", return_type=_TEXT, parameters=two, impl=_e164)]),
        cel.FunctionDecl(
            "to_json",
            [
                cel.Overload(
                    id=f"to_json_{word}", return_type=_TEXT, parameters=[getattr(cel.Type, word)], impl=_to_json
                )
                for word in _ANY
            ],
        ),
    ]
    extensions = [ext_optional.ExtOptional(), ext_strings.ExtStrings()]
    variables = {name: _TYPES[word] for name, word in names}
    return cel.NewEnv(variables=variables, extensions=extensions, functions=functions)
