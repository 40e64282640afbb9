"""Fluents' agents, as far as the neutral actions leave something over: making and removing them, and their voices."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.neutral import Agent
from workers.actions.platforms.fluents.common import (
    FLUENTS,
    RAW,
    Listed,
    ListParams,
    Removed,
    Set,
    client_of,
    given,
    removed,
)
from workers.actions.ports.base import raw
from workers.clients.base import text


class AgentParams(Params):
    """Which agent."""

    agent: str = Field(min_length=1, description="the agent's id")


class AgentCreateParams(Params):
    """A new agent."""

    name: str = Field(min_length=1, description="its name")
    prompt: str = Field(min_length=1, description="the id of the prompt it speaks by")
    voice: str = Field(min_length=1, description="the id of its voice")
    actions: list[str] = Field(default_factory=list, description="the ids of what it can do")
    settings: Set = Field(
        default_factory=dict, description="more of the platform's own fields, such as initial_message or language"
    )


class Voice(Output):
    """A voice."""

    id: str = Field("", description="the voice's id")
    type: str = Field("", description="whose voice it is, in the platform's words")
    label: str = Field("", description="what people call it")
    raw: dict[str, Any] = Field(default_factory=dict, description=RAW)


class VoiceList(Listed):
    """Some voices."""

    voices: list[Voice] = Field(default_factory=list, description="the voices, each with id, type, label and raw")


@action("fluents.agent.create", in_doubt="park", platforms=FLUENTS)
async def agent_create(context: ActionContext, params: AgentCreateParams) -> Agent:
    """Save a new agent, made of a prompt, a voice and actions that are saved already."""
    body = {**params.settings, "actions": params.actions, **given(params, "settings", "actions")}
    agent = await client_of(context).agents.create(body)
    return Agent(id=text(agent.id), name=text(agent.name), raw=raw(agent))


async def _deleted(context: ActionContext, params: AgentParams) -> Removed | None:
    return await removed(client_of(context).agents, params.agent)


@action("fluents.agent.delete", in_doubt="verify", platforms=FLUENTS, verify=_deleted)
async def agent_delete(context: ActionContext, params: AgentParams) -> Removed:
    """Remove an agent for good. What becomes of numbers that point to it is not documented: free them first."""
    await client_of(context).agents.delete(params.agent)
    return Removed(id=params.agent)


@action("fluents.voice.list", in_doubt="repeat", platforms=FLUENTS)
async def voice_list(context: ActionContext, params: ListParams) -> VoiceList:
    """List the voices that agents can be given."""
    listing = await client_of(context).voices.all()
    found = [
        Voice(id=text(each.id), type=text(each.type), label=text(each.label), raw=raw(each)) for each in listing.items
    ]
    return VoiceList(voices=found, count=len(found), complete=listing.complete)


AGENT_ACTIONS = (agent_create, agent_delete, voice_list)
