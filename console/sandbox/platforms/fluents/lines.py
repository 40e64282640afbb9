"""The numbers and agents of a Fluents account as a call looks at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Holder(Protocol):
    """The account with its plain objects."""

    agents: list[dict[str, Any]]

    def agent(self, agent_id: str) -> dict[str, Any] | None: ...

    def number(self, number_or_id: str) -> dict[str, Any] | None: ...


@dataclass(frozen=True)
class FluentsAgent:
    """An agent. Its webhook is subscribed to everything."""

    held: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.held["id"])

    @property
    def name(self) -> str:
        return str(self.held.get("name") or self.held.get("label") or "")

    def wants(self, event: str) -> bool:
        return True

    def configuration(self) -> dict[str, Any]:
        """What a call with it is configured with."""
        return {"initial_message": self.held.get("initial_message") or ""}


@dataclass(frozen=True)
class FluentsLine:
    """A number and the agent that answers it."""

    id: str
    assistant_id: str | None


class FluentsLines(Mapping[str, FluentsAgent]):
    """Agents by id, as they stand when they are looked at, and the line behind a number."""

    def __init__(self, account: Holder) -> None:
        self._account = account

    @property
    def assistants(self) -> Mapping[str, FluentsAgent]:
        return self

    def number_called(self, e164: str) -> FluentsLine | None:
        held = self._account.number(e164)
        if held is None:
            return None
        agent = held.get("inbound_agent")
        return FluentsLine(str(held["id"]), str(agent["id"] if isinstance(agent, dict) else agent) if agent else None)

    def __getitem__(self, agent_id: str) -> FluentsAgent:
        held = self._account.agent(agent_id)
        if held is None:
            raise KeyError(agent_id)
        return FluentsAgent(held)

    def __iter__(self) -> Iterator[str]:
        return (str(agent["id"]) for agent in self._account.agents)

    def __len__(self) -> int:
        return len(self._account.agents)
