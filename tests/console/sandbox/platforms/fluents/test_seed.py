from __future__ import annotations

from console.sandbox.platforms.fluents.account import AGENT_REFERENCES
from console.sandbox.platforms.fluents.seed import fluents_account
from console.sandbox.things import with_id


def test_every_reference_leads_somewhere() -> None:
    held = fluents_account()
    for agent in held.agents:
        for name, kept in AGENT_REFERENCES.items():
            assert agent[name] is None or with_id(held.kept(kept), agent[name])
        assert all(with_id(held.actions, each) for each in agent["actions"])
    for number in (*held.numbers, *held.stock, *held.carried):
        assert held.connection(number["telephony_account_connection"])
        assert number["inbound_agent"] is None or held.agent(number["inbound_agent"])
    assert all(held.agent(call["agent"]) for call in held.calls)


def test_each_environment_is_its_own() -> None:
    fluents_account().numbers.clear()
    assert fluents_account().numbers
