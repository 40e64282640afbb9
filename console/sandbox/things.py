"""Plain objects with an id, as the platforms that save anything at all give them out, and how a call looks at them."""

from __future__ import annotations

import uuid
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Thing = dict[str, Any]


def with_id(items: Iterable[Thing], wanted: str) -> Thing | None:
    """The item with that id."""
    return next((each for each in items if each["id"] == wanted), None)


class Shelves:
    """What an account holds, a list for each kind of thing, each a field of its own."""

    def kept(self, what: str) -> list[Thing]:
        """All of one kind, such as `contacts`."""
        found: list[Thing] = getattr(self, what)
        return found

    def save(self, what: str, fields: Mapping[str, Any]) -> Thing:
        """Keep a new thing under an id of its own."""
        saved = {**fields, "id": str(uuid.uuid4())}
        self.kept(what).append(saved)
        return saved


@dataclass(frozen=True)
class HeldAgent:
    """An agent that an account holds as a plain object."""

    held: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.held["id"])

    @property
    def name(self) -> str:
        return str(self.held.get("name") or "")


@dataclass(frozen=True)
class HeldLine:
    """A number and the agent that answers it."""

    id: str
    assistant_id: str | None


A = TypeVar("A", bound=HeldAgent)


class HeldAgents(Mapping[str, A]):
    """Agents by id, as they stand when they are looked at."""

    @abstractmethod
    def own_agents(self) -> list[Thing]:
        """The account's own ones."""

    @abstractmethod
    def as_agent(self, held: Thing) -> A:
        """One of them as a call sees it."""

    @property
    def assistants(self) -> Mapping[str, A]:
        return self

    def __getitem__(self, agent_id: str) -> A:
        held = with_id(self.own_agents(), agent_id)
        if held is None:
            raise KeyError(agent_id)
        return self.as_agent(held)

    def __iter__(self) -> Iterator[str]:
        return (str(agent["id"]) for agent in self.own_agents())

    def __len__(self) -> int:
        return len(self.own_agents())
