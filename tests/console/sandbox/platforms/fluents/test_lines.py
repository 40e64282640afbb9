from __future__ import annotations

import pytest

from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.platforms.fluents.lines import FluentsLines
from console.sandbox.things import HeldLine

AGENT = {"id": "agent-7f", "name": "Day desk", "initial_message": "Good day."}


def lines(inbound_agent: str | None = "agent-7f") -> FluentsLines:
    number = {"id": "n1", "number": "+31850000001", "inbound_agent": inbound_agent}
    return FluentsLines(FluentsAccount(numbers=[number], agents=[AGENT]))


@pytest.mark.parametrize(("held", "agent"), [("agent-7f", "agent-7f"), (None, None), ("", None)])
def test_who_answers_a_number(held: str | None, agent: str | None) -> None:
    assert lines(held).number_called("+31850000001") == HeldLine("n1", agent)
    assert lines(held).number_called("+31850000009") is None


def test_agents_as_they_stand() -> None:
    account = lines()
    agent = account.assistants["agent-7f"]
    assert (agent.id, agent.name, agent.configuration()) == ("agent-7f", "Day desk", {"initial_message": "Good day."})
    assert agent.wants("event_recording")
    assert (list(account.assistants), len(account.assistants), account.get("nobody")) == (["agent-7f"], 1, None)
