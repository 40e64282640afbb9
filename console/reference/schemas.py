"""The JSON schemas by which editors complete, explain and check our files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from receiver.providers import PROVIDERS
from receiver.providers.samples import sample_names
from rules.engine.schema import cases_schema, connections_schema, numbers_schema, rule_schema, vars_schema
from store.connections import Connection
from workers.actions.ports.table import PORTS
from workers.vocabulary import vocabulary

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "rule": lambda: rule_schema(vocabulary({})),
    "test": lambda: cases_schema(vocabulary({}), sample_names()),
    "connections": lambda: connections_schema(Connection, vocabulary({}), sorted({*PORTS, *PROVIDERS})),
    "vars": vars_schema,
    "numbers": numbers_schema,
}
"""What each is about → the schema for any installation, as it is committed."""


def schema_text(name: str) -> bytes:
    """One schema as it is written; keys keep their order, which editors show."""
    return orjson.dumps(SCHEMAS[name](), option=orjson.OPT_INDENT_2) + b"\n"
