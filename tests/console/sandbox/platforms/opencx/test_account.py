from __future__ import annotations

import pytest

from console.sandbox.platforms.opencx.seed import opencx_account


def test_a_number_leads_to_its_agent() -> None:
    held = opencx_account()
    line = held.number_called("+31850000001")
    assert line is not None
    assert line.assistant_id is not None
    assert held.assistants[line.assistant_id].name == "Front desk"
    assert held.number_called("+31850000008") is None


def test_other_organisations_are_not_ours() -> None:
    held = opencx_account()
    assert (set(held), len(held)) == ({"agent_1", "agent_2"}, 2)
    with pytest.raises(KeyError):
        held["agent_8"]


def test_an_agent_is_configured_with_its_greeting() -> None:
    agent = opencx_account()["agent_1"]
    assert agent.configuration()["first_message"] == "Hello"


def test_without_anything_to_gather_nothing_is_sent() -> None:
    held = opencx_account()
    assert held["agent_1"].wants("data_collection")
    held.agents[0]["data_collection_fields"] = []
    assert not held["agent_1"].wants("data_collection")
    assert held["agent_1"].wants("phone_call.started")


def test_what_is_saved_has_an_id_of_its_own() -> None:
    held = opencx_account()
    made = held.save("contacts", {"name": "Bo", "id": "chosen"})
    assert made["id"] != "chosen"
    assert made in held.kept("contacts")
