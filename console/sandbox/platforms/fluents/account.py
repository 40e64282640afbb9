"""What a Fluents environment holds, as plain objects, and the two ways in which it is shown.

Everything is kept *normalised*: a reference is an id. *Expanded*, references are whole objects, credentials and all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.sandbox.things import Shelves, Thing, with_id

AGENT_REFERENCES: Mapping[str, str] = {
    "prompt": "prompts",
    "voice": "voices",
    "webhook": "webhooks",
    "openai_account_connection": "connections",
}
"""Field of an agent → where what it refers to is kept; `actions` is a list of such."""


@dataclass
class FluentsAccount(Shelves):
    """One environment."""

    user_id: str = ""
    numbers: list[Thing] = field(default_factory=list)
    agents: list[Thing] = field(default_factory=list)
    connections: list[Thing] = field(default_factory=list)
    stock: list[Thing] = field(default_factory=list)
    """Numbers one could buy."""
    carried: list[Thing] = field(default_factory=list)
    """Numbers that the carrier account has, and that could be imported."""
    prompts: list[Thing] = field(default_factory=list)
    actions: list[Thing] = field(default_factory=list)
    webhooks: list[Thing] = field(default_factory=list)
    voices: list[Thing] = field(default_factory=list)
    calls: list[Thing] = field(default_factory=list)
    do_not_call: list[Thing] = field(default_factory=list)

    def call(self, call_id: str) -> Thing | None:
        return with_id(self.calls, call_id)

    def number(self, number_or_id: str) -> Thing | None:
        return next((each for each in self.numbers if number_or_id in (each["number"], each["id"])), None)

    def agent(self, agent_id: str) -> Thing | None:
        return with_id(self.agents, agent_id)

    def connection(self, connection_id: str) -> Thing | None:
        return with_id(self.connections, connection_id)

    def may_call(self, number: str) -> bool:
        """Whether it is not on the do-not-call list."""
        return all(each["phoneNumber"] != number for each in self.do_not_call)

    def save(self, what: str, fields: Mapping[str, Any]) -> Thing:
        """Keep a new thing as the user's own."""
        return super().save(what, {"user_id": self.user_id, **fields})

    def expanded_agent(self, agent: Mapping[str, Any]) -> Thing:
        """An agent with everything it refers to."""
        whole = {name: with_id(self.kept(what), agent[name] or "") for name, what in AGENT_REFERENCES.items()}
        actions = [with_id(self.actions, each) for each in agent["actions"]]
        return {**agent, **whole, "actions": [each for each in actions if each]}

    def expanded_number(self, number: Mapping[str, Any]) -> Thing:
        """A number with its agent and its carrier."""
        agent = self.agent(number["inbound_agent"] or "")
        return {
            **number,
            "inbound_agent": self.expanded_agent(agent) if agent else None,
            "telephony_account_connection": self.connection(number["telephony_account_connection"]),
        }

    def expanded_call(self, call: Mapping[str, Any]) -> Thing:
        """A call with its agent and its carrier."""
        agent = self.agent(call["agent"])
        return {
            **call,
            "agent": self.expanded_agent(agent) if agent else None,
            "telephony_account_connection": self.connection(call["telephony_account_connection"]),
        }
