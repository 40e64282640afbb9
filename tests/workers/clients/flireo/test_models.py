from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.clients.support import damaged, round_trip, sample
from workers.clients.base import Lenient
from workers.clients.flireo import models

SAMPLES: dict[str, type[Lenient]] = {
    "flireo_assistant_phone_number_get": models.AssistantNumberAnswer,
    "flireo_assistant_phone_number_get_none": models.AssistantNumberAnswer,
    "flireo_assistant_phone_number_link": models.LinkAnswer,
    "flireo_assistant_phone_number_unlink": models.UnlinkAnswer,
}
SCHEMAS: dict[str, type[Lenient]] = {
    "flireo_assistant_phone_number_schema_get": models.AssistantNumberAnswer,
    "flireo_assistant_phone_number_schema_link": models.LinkAnswer,
    "flireo_assistant_phone_number_schema_unlink": models.UnlinkAnswer,
}
OTHERS: list[tuple[type[Lenient], dict[str, Any]]] = [
    (
        models.OwnNumbers,
        {
            "data": [
                {"id": "n", "phone_number": "+31850000001", "linked_assistant": {"id": "a", "name": "Day"}, "x": 1}
            ],
            "shared_numbers": [{"id": "s", "phone_number": "+31850000009", "number_type": None}],
            "meta": {"total": 1, "limit": 50, "offset": 0},
        },
    ),
    (
        models.OfferedNumbers,
        {
            "data": [
                {"phone_number": "+31850000002", "cost": {"monthly": "2.00", "credits": 10}, "features": ["voice"]}
            ],
            "meta": {"total_results": 1, "number_type": "national", "requires_verification": False},
        },
    ),
    (models.Numbers, {"numbers": [{"id": "n", "agent_id": None, "is_active": True}], "pagination": {"total": 1}}),
    (models.NumberAnswer, {"number": {"id": "n", "assistant_id": "a", "workflow_id": None}}),
    (models.Assistants, {"agents": [{"id": "a", "llm_config": {"tools": []}}]}),
    (models.AssistantAnswer, {"assistant": {"id": "a", "tts_config": None, "gdpr_mode": True}}),
    (models.ControlAnswer, {"success": True, "message": "ok"}),
]


@pytest.mark.parametrize(("name", "model"), SAMPLES.items())
def test_samples_are_read_without_loss(name: str, model: type[Lenient]) -> None:
    assert round_trip(model, sample(name)) == sample(name)


@pytest.mark.parametrize(("model", "body"), OTHERS)
def test_other_answers_are_read_without_loss(model: type[Lenient], body: Any) -> None:
    assert round_trip(model, body) == body


@given(st.data())
def test_damaged_samples_are_read_without_loss(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(SAMPLES)))
    body = data.draw(damaged(sample(name)))
    assert round_trip(SAMPLES[name], body) == body


def from_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Bodies a JSON schema allows: it requires no property."""
    if "enum" in schema:
        made: st.SearchStrategy[Any] = st.sampled_from(schema["enum"])
    elif schema["type"] == "object":
        members = {name: from_schema(inner) for name, inner in schema["properties"].items()}
        made = st.fixed_dictionaries({}, optional=members)
    else:
        made = {"string": st.text(), "integer": st.integers()}[schema["type"]]
    return st.none() | made if schema.get("nullable") else made


@given(st.data())
def test_whatever_the_schemas_allow_is_read_without_loss(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(SCHEMAS)))
    body = data.draw(from_schema(sample(name)))
    assert round_trip(SCHEMAS[name], body) == body


def properties(schema: dict[str, Any]) -> set[str]:
    inner = schema.get("properties", {})
    return set(inner).union(*map(properties, inner.values()))


def fields(model: type[Any]) -> set[str]:
    named = set(model.model_fields)
    parts = [part for info in model.model_fields.values() for part in getattr(info.annotation, "__args__", ())]
    return named.union(*(fields(part) for part in parts if isinstance(part, type) and issubclass(part, Lenient)))


@pytest.mark.parametrize(("name", "model"), SCHEMAS.items())
def test_every_property_of_the_schemas_has_its_field(name: str, model: type[Lenient]) -> None:
    assert properties(sample(name)) <= fields(model)


def test_the_agent_of_a_number_has_two_names() -> None:
    assert models.Number(agent_id="a").agent == "a"
    assert models.Number(assistant_id="b").agent == "b"
    assert models.Number(agent_id=None).states_agent
    assert not models.Number(id="n").states_agent
