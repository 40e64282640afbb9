from __future__ import annotations

import re
from typing import Any

import pytest

from rules.engine.schema import cases_schema, rule_schema
from rules.engine.schema.snippets import CASES, RULES
from tests.rules.engine.schema.support import faults
from tests.rules.engine.vocab import VOCABULARY

_PLACE = re.compile(r"\$\{\d+:([^}]*)\}|\$\d+")


def filled(body: Any) -> Any:
    """What stands there when nothing is typed; an empty place gets a word."""
    if isinstance(body, dict):
        return {filled(key): filled(value) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(item) for item in body]
    return _PLACE.sub(lambda match: match[1] or "word", body)


@pytest.mark.parametrize("snippet", RULES, ids=lambda snippet: snippet["label"])
def test_a_rule_is_right_as_it_is_offered(snippet: dict[str, Any]) -> None:
    assert faults(rule_schema(VOCABULARY), filled(snippet["body"])) == []


@pytest.mark.parametrize("snippet", CASES, ids=lambda snippet: snippet["label"])
def test_a_case_is_right_as_it_is_offered(snippet: dict[str, Any]) -> None:
    assert faults(cases_schema(VOCABULARY), {"cases": [filled(snippet["body"])]}) == []
