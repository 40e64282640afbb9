from __future__ import annotations

from typing import Any

from console.sandbox.things import HeldAgent, HeldAgents, Shelves, with_id


def test_a_thing_is_found_by_its_id() -> None:
    things: list[dict[str, Any]] = [{"id": "a"}, {"id": "b", "x": 1}]
    assert with_id(things, "b") is things[1]
    assert with_id(things, "c") is None


def test_a_shelf_is_found_by_its_name() -> None:
    class Account(Shelves):
        cups: list[dict[str, Any]] = [{"id": "a"}]  # noqa: RUF012

    account = Account()
    assert account.kept("cups") == [{"id": "a"}]
    made = account.save("cups", {"size": 2, "id": "chosen"})
    assert account.kept("cups")[1] is made
    assert made["size"] == 2
    assert made["id"] not in ("a", "chosen")


def test_agents_are_looked_at_as_they_stand() -> None:
    held: list[dict[str, Any]] = [{"id": "a", "name": "Day"}]

    class Account(HeldAgents[HeldAgent]):
        def own_agents(self) -> list[dict[str, Any]]:
            return held

        def as_agent(self, held: dict[str, Any]) -> HeldAgent:
            return HeldAgent(held)

    agents = Account().assistants
    held[0]["name"] = "Night"
    assert (agents["a"].id, agents["a"].name) == ("a", "Night")
    assert (list(agents), len(agents), agents.get("b")) == (["a"], 1, None)
