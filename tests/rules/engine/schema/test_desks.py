from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from rules.engine.schema.desks import connections_schema
from tests.rules.engine.schema.support import faults_in
from tests.rules.engine.vocab import VOCABULARY


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    scheme: str
    secret: str = ""
    header: str = ""
    tolerance: int = 3


class Api(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str = Field("", description="the key")


class Desk(BaseModel):
    """Shaped as the model that reads connections."""

    model_config = ConfigDict(extra="forbid")

    name: str
    provider: str
    auth: tuple[Entry, ...] = ()
    api: Api | None = None
    fallback: dict[str, dict[str, Any]] = Field(default_factory=dict)
    deadlines: dict[str, float] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()


SCHEMA = connections_schema(Desk, VOCABULARY, ["flireo", "other"])


def desk(text: str) -> str:
    return f"connections: {{ reception: {{ provider: flireo, {text} }} }}"


def test_what_is_not_written_is_not_offered() -> None:
    keys = set(SCHEMA["definitions"]["connection"]["properties"])
    assert keys == {"provider", "auth", "api", "fallback", "deadlines"}


@pytest.mark.parametrize(
    "text",
    [
        "connections: {}",
        desk(""),
        desk("auth: [ { scheme: hmac, secret: '${A_SECRET}', tolerance: '${T}' }, { scheme: none } ], api: { key: x }"),
        desk("fallback: { tool-calls: { result: x }, assistant-request: { default: true } }"),
        desk("deadlines: { tool-calls: 6 }"),
    ],
)
def test_what_is_right(text: str) -> None:
    assert faults_in(SCHEMA, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{}", "(top)"),
        ("connections: []", "connections"),
        ("connections: { a b: { provider: flireo } }", "connections"),
        ("connections: { a: {} }", "connections.a"),
        ("connections: { a: { provider: flirio } }", "connections.a.provider"),
        (desk("name: x"), "connections.reception"),
        (desk("auth: { scheme: none }"), "connections.reception.auth"),
        (desk("auth: [ { scheme: hmac } ]"), "connections.reception.auth.0"),
        (desk("auth: [ { scheme: header, secret: x } ]"), "connections.reception.auth.0"),
        (desk("auth: [ { scheme: hmac, secret: x, tolerance: long } ]"), "connections.reception.auth.0.tolerance"),
        (desk("api: { kee: x }"), "connections.reception.api"),
        (desk("fallback: { tool-calls: { assistant: x } }"), "connections.reception.fallback.tool-calls"),
        (desk("fallback: { status-update: {} }"), "connections.reception.fallback"),
        (desk("deadlines: { tool-call: 3 }"), "connections.reception.deadlines"),
    ],
)
def test_what_is_wrong(text: str, place: str) -> None:
    assert place in faults_in(SCHEMA, text)
