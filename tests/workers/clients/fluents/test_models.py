from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.clients.support import damaged, round_trip, sample
from workers.clients.base import Lenient, ref_id
from workers.clients.fluents import models

OFFERED = "fluents_numbers_available_v1", "fluents_numbers_available_v2"
SAMPLES: dict[str, type[Lenient]] = {
    "fluents_number_normalized": models.Number,
    "fluents_numbers_available_v1": models.Paged,
    "fluents_numbers_available_v2": models.Paged,
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
    expanded = models.Number.model_validate(sample("fluents_numbers_available_v2")["items"][0])
    agent = expanded.inbound_agent
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
        (models.Call, "agent"),
        (models.Call, "agent_phone_number"),
        (models.Call, "telephony_account_connection"),
    ]:
        assert round_trip(model, {name: reference}) == {name: reference}


@pytest.mark.parametrize("name", OFFERED)
def test_every_number_of_a_page_is_read_without_loss(name: str) -> None:
    for number in sample(name)["items"]:
        assert round_trip(models.Number, number) == number


@pytest.mark.parametrize("time", ["2026-11-20T10:00:00Z", 1763726400, 1763726400.5, "1763726400.5", None])
def test_times_are_kept_in_every_form(time: Any) -> None:
    for model, name in (
        (models.Call, "start_time"),
        (models.DncNumber, "createdAt"),
        (models.ActionTaken, "timestamp"),
    ):
        assert round_trip(model, {name: time}) == {name: time}


def test_what_was_done_in_a_call_is_read() -> None:
    done = {"event_type": "action_completed", "action_type": "action_external", "result": {"http_status_code": 200}}
    call = models.Call.model_validate({"action_history": [done, "odd"]})
    assert round_trip(models.Call, {"action_history": [done]}) == {"action_history": [done]}
    assert call.model_dump(exclude_unset=True, warnings=False) == {"action_history": [done, "odd"]}
