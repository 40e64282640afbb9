from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.clients.support import damaged, round_trip, sample
from workers.clients.base import Lenient, ref_id
from workers.clients.fluents import models

SAMPLES: dict[str, type[Lenient]] = {
    "fluents_number_normalized": models.Number,
    "fluents_numbers_available_v1": models.NumberPage,
    "fluents_numbers_available_v2": models.NumberPage,
}


@pytest.mark.parametrize(("name", "model"), SAMPLES.items())
def test_samples_are_read_without_loss(name: str, model: type[Lenient]) -> None:
    assert round_trip(model, sample(name)) == sample(name)


@given(st.data())
def test_damaged_samples_are_read_without_loss(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(SAMPLES)))
    body = data.draw(damaged(sample(name)))
    assert round_trip(SAMPLES[name], body) == body


def test_both_renderings_name_the_agent() -> None:
    normalised = models.Number.model_validate(sample("fluents_number_normalized"))
    assert ref_id(normalised.inbound_agent) == "agent-7f"
    expanded = models.NumberPage.model_validate(sample("fluents_numbers_available_v2"))
    assert expanded.items is not None
    agent = expanded.items[0].inbound_agent
    assert isinstance(agent, models.Agent)
    assert ref_id(agent) == "0d3f9f0e-7a01-4c0e-9c55-000000000001"
    assert isinstance(agent.prompt, models.Prompt)
    assert isinstance(agent.openai_account_connection, models.AccountConnection)


@pytest.mark.parametrize("reference", [None, "id-1", {"id": "id-1", "more": {"x": 1}}, {}])
def test_every_reference_may_be_an_id_an_object_or_nothing(reference: Any) -> None:
    for model, name in [
        (models.Number, "inbound_agent"),
        (models.Number, "telephony_account_connection"),
        (models.Number, "telephony_provider"),
        (models.Agent, "prompt"),
        (models.Agent, "voice"),
        (models.Agent, "webhook"),
    ]:
        assert round_trip(model, {name: reference}) == {name: reference}
