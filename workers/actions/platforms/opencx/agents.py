"""Phone agents, as far as the neutral actions leave something over, their voices, and where they may transfer to."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, JsonValue

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.neutral import Agent
from workers.actions.platforms.opencx.common import OPENCX, Listed, Removed, client_of
from workers.actions.ports.base import raw
from workers.clients.base import text
from workers.clients.errors import NotFound


class VoiceListParams(Params):
    """Nothing to choose."""


class CreateParams(Params):
    """What the agent is like."""

    name: str = Field(min_length=1, description="its name")
    set: dict[str, JsonValue] = Field(default_factory=dict, description="other fields, in the platform's own names")


class AgentParams(Params):
    """Which agent."""

    agent: str = Field(min_length=1, description="the agent's id")


class DestinationParams(Params):
    """Where calls may be transferred to."""

    name: str = Field(min_length=1, max_length=255, description="what people call it")
    type: Literal["phone", "sip"] = Field("phone", description="phone or sip")
    value: str = Field(min_length=1, max_length=500, description="the number, E.164, or the SIP address")


class AttachParams(AgentParams):
    """Which destination an agent may use."""

    destination: str = Field(min_length=1, description="the id of the destination")


class VoiceList(Listed):
    """Voices."""

    voices: list[dict[str, Any]] = Field(
        default_factory=list, description="the voices, each with id, name, description, labels and preview_url"
    )


class DestinationShown(Output):
    """Where calls may be transferred to."""

    id: str = Field("", description="the platform's id")
    name: str = Field("", description="what people call it")
    value: str = Field("", description="the number or SIP address")


@action("opencx.voice.list", in_doubt="repeat", platforms=OPENCX)
async def voice_list(context: ActionContext, params: VoiceListParams) -> VoiceList:
    """List the voices that an agent can have."""
    listing = await client_of(context).voices()
    voices = [
        {
            "id": text(each.voice_id),
            "name": text(each.name),
            "description": text(each.description),
            "labels": each.labels if isinstance(each.labels, dict) else {},
            "preview_url": text(each.preview_url),
        }
        for each in listing.items
    ]
    return VoiceList(voices=voices, count=len(voices), complete=listing.complete)


@action("opencx.agent.create", in_doubt="park", platforms=OPENCX)
async def agent_create(context: ActionContext, params: CreateParams) -> Agent:
    """Make a phone agent. Its model cannot be changed afterwards."""
    made = await client_of(context).create_agent({**params.set, "name": params.name})
    return Agent(id=text(made.id), name=text(made.name), raw=raw(made))


@action("opencx.agent.delete", in_doubt="repeat", platforms=OPENCX)
async def agent_delete(context: ActionContext, params: AgentParams) -> Removed:
    """Take a phone agent away. One that is not there any more counts as taken away."""
    try:
        await client_of(context).delete_agent(params.agent)
    except NotFound:
        return Removed(id=params.agent)
    return Removed(id=params.agent)


@action("opencx.destination.create", in_doubt="park", platforms=OPENCX)
async def destination_create(context: ActionContext, params: DestinationParams) -> DestinationShown:
    """Name a number or a SIP address that agents may transfer callers to."""
    made = await client_of(context).create_destination(params.model_dump(mode="json"))
    return DestinationShown(id=text(made.id), name=text(made.name), value=text(made.value))


@action("opencx.destination.attach", in_doubt="repeat", platforms=OPENCX)
async def destination_attach(context: ActionContext, params: AttachParams) -> DestinationShown:
    """Let an agent transfer callers to a destination."""
    told = await client_of(context).attach_destination(params.agent, params.destination)
    return DestinationShown(id=told or params.destination)


AGENT_ACTIONS = (voice_list, agent_create, agent_delete, destination_create, destination_attach)
