"""What an OpenCX organisation holds, as plain objects, and how a call looks at it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.sandbox.things import Shelves, Thing, with_id


@dataclass(frozen=True)
class OpenCXAgent:
    """A phone agent."""

    held: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.held["id"])

    @property
    def name(self) -> str:
        return str(self.held.get("name") or "")

    def wants(self, event: str) -> bool:
        """Whether this event is sent for it: webhooks are the organisation's, collected data the agent's."""
        return event != "data_collection" or bool(self.held.get("data_collection_fields"))

    def configuration(self) -> dict[str, Any]:
        """What a call with it is configured with."""
        return {name: self.held.get(name) for name in ("name", "first_message", "model", "data_collection_fields")}


@dataclass(frozen=True)
class OpenCXLine:
    """A number and the agent it belongs to."""

    id: str
    assistant_id: str


@dataclass
class OpenCXAccount(Shelves, Mapping[str, OpenCXAgent]):
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

    @property
    def assistants(self) -> Mapping[str, OpenCXAgent]:
        return self

    def own_agents(self) -> list[Thing]:
        return [agent for agent in self.agents if agent["org_id"] == self.org_id]

    def number_called(self, e164: str) -> OpenCXLine | None:
        found = next((each for each in self.own_agents() if each["phone_number"] == e164), None)
        return OpenCXLine(e164, found["id"]) if found else None

    def save(self, what: str, fields: Mapping[str, Any]) -> Thing:
        """Keep a new thing under an id of its own."""
        saved = {**fields, "id": str(uuid.uuid4())}
        self.kept(what).append(saved)
        return saved

    def __getitem__(self, agent_id: str) -> OpenCXAgent:
        held = with_id(self.own_agents(), agent_id)
        if held is None:
            raise KeyError(agent_id)
        return OpenCXAgent(held)

    def __iter__(self) -> Iterator[str]:
        return (str(agent["id"]) for agent in self.own_agents())

    def __len__(self) -> int:
        return len(self.own_agents())
