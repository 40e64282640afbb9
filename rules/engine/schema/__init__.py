"""The JSON schemas of the files people write, for completion, hover text and first checks in editors.

They know names, types and what goes together. `check` knows much more: expressions, places, platforms.
"""

from __future__ import annotations

from rules.engine.schema.cases import cases_schema
from rules.engine.schema.constants import vars_schema
from rules.engine.schema.desks import connections_schema
from rules.engine.schema.numbers import numbers_schema
from rules.engine.schema.rule import rule_schema

__all__ = ["cases_schema", "connections_schema", "numbers_schema", "rule_schema", "vars_schema"]
