"""Validates documents against a schema, and names what is wrong by its place."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft7Validator

from rules.engine.schema.words import Schema
from rules.engine.source.yamlread import read_yaml


def faults(schema: Schema, document: Any) -> list[str]:
    """Where the document does not fit, each place once."""
    Draft7Validator.check_schema(schema)
    places = (".".join(map(str, error.absolute_path)) for error in Draft7Validator(schema).iter_errors(document))
    return sorted({place or "(top)" for place in places})


def faults_in(schema: Schema, text: str) -> list[str]:
    """The same for a YAML file, read as the engine reads it."""
    read = read_yaml(text)
    assert read.root is not None, read.faults
    return faults(schema, read.root.plain)


def fits(schema: Schema, value: Any) -> bool:
    """Whether a single value fits."""
    return not faults(schema, value)
