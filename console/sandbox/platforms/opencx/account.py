"""What an OpenCX organisation holds, as plain objects, and how a call looks at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from console.sandbox.things import HeldAgent, HeldAgents, HeldLine, Shelves, Thing


class OpenCXAgent(HeldAgent):
    """A phone agent."""

    def wants(self, event: str) -> bool:
        """Whether this event is sent for it: webhooks are the organisation's, collected data the agent's."""
        return event != "data_collection" or bool(self.held.get("data_collection_fields"))

    def configuration(self) -> dict[str, Any]:
        """What a call with it is configured with."""
        return {name: self.held.get(name) for name in ("name", "first_message", "model", "data_collection_fields")}


@dataclass
class OpenCXAccount(Shelves, HeldAgents[OpenCXAgent]):
    """One organisation; as a mapping, its agents by id."""

    org_id: str = ""
    agents: list[Thing] = field(default_factory=list)
    """Other organisations' among them."""
    voices: list[Thing] = field(default_factory=list)
    sessions: list[Thing] = field(default_factory=list)
    """Conversations that no call was played in, the newest last."""
    changes: dict[str, Thing] = field(default_factory=dict)
    """What was changed about conversations, by their ids."""
    said: dict[str, list[Thing]] = field(default_factory=dict)
    """Messages that were sent into conversations."""
    contacts: list[Thing] = field(default_factory=list)
    sequences: list[Thing] = field(default_factory=list)
    workflows: list[Thing] = field(default_factory=list)
    runs: list[Thing] = field(default_factory=list)
    actions: list[Thing] = field(default_factory=list)
    destinations: list[Thing] = field(default_factory=list)

    def own_agents(self) -> list[Thing]:
        return [agent for agent in self.agents if agent["org_id"] == self.org_id]

    def as_agent(self, held: Thing) -> OpenCXAgent:
        return OpenCXAgent(held)

    def number_called(self, e164: str) -> HeldLine | None:
        found = next((each for each in self.own_agents() if each["phone_number"] == e164), None)
        return HeldLine(e164, found["id"]) if found else None
