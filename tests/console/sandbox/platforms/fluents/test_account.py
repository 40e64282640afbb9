from __future__ import annotations

from console.sandbox.platforms.fluents import seed
from console.sandbox.platforms.fluents.seed import fluents_account


def test_an_agent_is_expanded_with_everything_it_refers_to() -> None:
    held = fluents_account()
    agent = held.agent(seed.FLUENTS_DAY_AGENT)
    assert agent
    whole = held.expanded_agent(agent)
    assert [whole[name]["id"] for name in ("prompt", "voice", "webhook", "openai_account_connection")] == [
        seed.FLUENTS_PROMPT,
        seed.FLUENTS_VOICE,
        seed.FLUENTS_WEBHOOK,
        seed.FLUENTS_CARRIER,
    ]
    assert [each["id"] for each in whole["actions"]] == [seed.FLUENTS_ACTION]
    assert agent["prompt"] == seed.FLUENTS_PROMPT


def test_what_is_gone_is_not_shown() -> None:
    held = fluents_account()
    held.actions.clear()
    held.prompts.clear()
    whole = held.expanded_agent(held.agents[0])
    assert (whole["actions"], whole["prompt"]) == ([], None)


def test_a_number_and_a_call_are_expanded() -> None:
    held = fluents_account()
    main, free = (held.expanded_number(each) for each in held.numbers[:2])
    assert (main["inbound_agent"]["name"], free["inbound_agent"]) == ("Day desk", None)
    assert held.expanded_call(held.calls[0])["agent"]["name"] == "Day desk"


def test_something_saved_has_an_id_and_an_owner() -> None:
    held = fluents_account()
    made = held.save("prompts", {"content": "x"})
    assert (held.kept("prompts")[-1], made["user_id"]) == (made, seed.FLUENTS_USER)


def test_who_may_be_called() -> None:
    held = fluents_account()
    assert held.may_call("+31612340001")
    assert not held.may_call("+31612349999")


def test_a_number_is_found_by_either_name() -> None:
    held = fluents_account()
    assert held.number("+31850000001") is held.number(held.numbers[0]["id"])
    assert held.call(seed.FLUENTS_PAST_CALL)
    assert held.connection("none") is None
