"""The words every platform's numbers and agents are put into."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from workers.actions.base import Output


class Number(Output):
    """A phone number, on whichever platform."""

    id: str = Field("", description="the platform's id; the number itself where there is none")
    number: str = Field("", description="E.164")
    agent: str = Field("", description="the id of the agent that answers it, empty when none does")
    agent_name: str = Field("", description="that agent's name, where the platform tells")
    label: str = Field("", description="what people call the number")
    type: str = Field("", description="such as local, mobile or national, in the platform's words")
    active: bool = Field(True, description="false when the platform says it is switched off")
    raw: dict[str, Any] = Field(default_factory=dict, description="the platform's own fields, without credentials")


class Agent(Output):
    """A phone agent (an assistant), on whichever platform."""

    id: str = Field("", description="the platform's id")
    name: str = Field("", description="its name")
    raw: dict[str, Any] = Field(
        default_factory=dict, description="the platform's own fields, without credentials; empty in lists"
    )


class NumberList(Output):
    """Some phone numbers."""

    numbers: list[Number] = Field(default_factory=list, description="the numbers, each as number.get gives it")
    count: int = Field(0, description="how many")
    complete: bool = Field(True, description="false when the platform has more than is read at once")


class AgentList(Output):
    """Some agents."""

    agents: list[Agent] = Field(default_factory=list, description="the agents, each with id and name")
    count: int = Field(0, description="how many")
    complete: bool = Field(True, description="false when the platform has more than is read at once")


class Linked(Output):
    """A number and the agent that answers it now."""

    id: str = Field("", description="the number's id")
    number: str = Field("", description="E.164")
    agent: str = Field("", description="the agent that answers it now")
    changed: bool = Field(False, description="false when it pointed there already")


class Unlinked(Output):
    """Numbers that no agent answers any more."""

    numbers: list[str] = Field(default_factory=list, description="the numbers that were freed, E.164")
    count: int = Field(0, description="how many were freed")
    changed: bool = Field(False, description="false when there was nothing to free")


class Bought(Output):
    """A number that was ordered."""

    number: str = Field("", description="E.164")
    id: str = Field("", description="the number's id, where the platform tells it with the order")
    order: str = Field("", description="the id of the order, where the platform keeps orders")
    status: str = Field("", description="what became of the order, in the platform's words, such as pending or success")
    agent: str = Field("", description="the agent that answers it now, empty when none does")
    raw: dict[str, Any] = Field(default_factory=dict, description="the platform's own fields, without credentials")


class Released(Output):
    """A number that was given back."""

    number: str = Field("", description="the number or id that was given back, as the step named it")


class Started(Output):
    """A call that the platform has begun to place."""

    id: str = Field("", description="the platform's id of the call, empty where it tells none")
    status: str = Field("", description="how far it is, in the platform's words, such as dialing")
    raw: dict[str, Any] = Field(default_factory=dict, description="the platform's own fields, without credentials")


class PhoneCall(Output):
    """A call, on whichever platform. What a platform does not tell is empty."""

    id: str = Field("", description="the platform's id")
    status: str = Field("", description="in the platform's words")
    direction: str = Field("", description="inbound, outbound or web")
    from_: str = Field("", alias="from", description="who called, E.164")
    to: str = Field("", description="who was called, E.164")
    agent: str = Field("", description="the agent's id")
    started_at: str = Field("", description="ISO 8601")
    ended_at: str = Field("", description="ISO 8601")
    duration: float = Field(0.0, description="seconds")
    ended_reason: str = Field("", description="why it ended, in the platform's words")
    summary: str = Field("", description="what was said, in short")
    transcript: str = Field("", description="what was said, a line for each sentence")
    recording_url: str = Field("", description="where the recording is")
    raw: dict[str, Any] = Field(default_factory=dict, description="the platform's own fields, without credentials")


class Done(Output):
    """A command was accepted."""

    message: str = Field("", description="what the platform says to it")


def numbers(found: list[Number], complete: bool) -> NumberList:
    """A list with its count."""
    return NumberList(numbers=found, count=len(found), complete=complete)


def agents(found: list[Agent], complete: bool) -> AgentList:
    """A list with its count."""
    return AgentList(agents=found, count=len(found), complete=complete)


def unlinked(freed: list[str]) -> Unlinked:
    """What was freed, with its count."""
    return Unlinked(numbers=freed, count=len(freed), changed=bool(freed))
