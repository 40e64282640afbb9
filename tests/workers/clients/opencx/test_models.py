from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.workers.clients.support import damaged, round_trip, sample
from workers.clients.opencx.models import PhoneAgent


@pytest.mark.parametrize("name", ["opencx_phone_list", "opencx_phone_list_sparse"])
def test_samples_are_read_without_loss(name: str) -> None:
    for agent in sample(name):
        assert round_trip(PhoneAgent, agent) == agent


@given(damaged(sample("opencx_phone_list")[0]))
def test_damaged_samples_are_read_without_loss(body: Any) -> None:
    assert round_trip(PhoneAgent, body) == body


def test_every_documented_field_has_its_place() -> None:
    documented = set(sample("opencx_phone_list")[0])
    assert documented == {info.alias or name for name, info in PhoneAgent.model_fields.items()}


@pytest.mark.parametrize("body", [{"language": "nl"}, {"language": ["nl"]}, {"tts_speed_pct": 9007199254740991}])
def test_forms_that_changed_over_time_are_read(body: Any) -> None:
    assert round_trip(PhoneAgent, body) == body


def test_all_actions_and_no_action_are_not_confused() -> None:
    assert PhoneAgent.model_validate({"actionIds": None}).action_ids is None
    assert PhoneAgent.model_validate({"actionIds": []}).action_ids == []
