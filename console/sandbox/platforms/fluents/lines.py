"""The numbers and agents of a Fluents account as a call looks at them."""

from __future__ import annotations

from typing import Any

from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.things import HeldAgent, HeldAgents, HeldLine, Thing


class FluentsAgent(HeldAgent):
    """An agent. Its webhook is subscribed to everything."""

    @property
    def name(self) -> str:
        return super().name or str(self.held.get("label") or "")

    def wants(self, event: str) -> bool:
        return True

    def configuration(self) -> dict[str, Any]:
        """What a call with it is configured with."""
        return {"initial_message": self.held.get("initial_message") or ""}


class FluentsLines(HeldAgents[FluentsAgent]):
    """Agents by id, and the line behind a number."""

    def __init__(self, account: FluentsAccount) -> None:
        self._account = account

    def own_agents(self) -> list[Thing]:
        return self._account.agents

    def as_agent(self, held: Thing) -> FluentsAgent:
        return FluentsAgent(held)

    def number_called(self, e164: str) -> HeldLine | None:
        held = self._account.number(e164)
        return HeldLine(held["id"], held["inbound_agent"] or None) if held else None
