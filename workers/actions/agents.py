"""Phone agents (assistants), on every platform that has an API for them."""

from __future__ import annotations

from pydantic import Field, JsonValue

from workers.actions.base import ActionContext, Params, action
from workers.actions.neutral import Agent, AgentList
from workers.actions.ports.base import Port
from workers.actions.ports.table import able, port


class ListParams(Params):
    """Nothing to choose."""


class AgentParams(Params):
    """Which agent."""

    agent: str = Field(min_length=1, description="the agent's id")


class UpdateParams(AgentParams):
    """What to change about an agent."""

    set: dict[str, JsonValue] = Field(
        min_length=1, description="the platform's own field names and their new values; null empties one"
    )


@action("agent.list", in_doubt="repeat", platforms=able(Port.agent_list))
async def agent_list(context: ActionContext, params: ListParams) -> AgentList:
    """List the connection's agents by id and name."""
    return await port(context).agent_list()


@action("agent.get", in_doubt="repeat", platforms=able(Port.agent_get))
async def agent_get(context: ActionContext, params: AgentParams) -> Agent:
    """Show one agent with its configuration; credentials are left out."""
    return await port(context).agent_get(params.agent)


@action("agent.update", in_doubt="repeat", platforms=able(Port.agent_update))
async def agent_update(context: ActionContext, params: UpdateParams) -> Agent:
    """Change an agent's settings, in the platform's own field names.

    Give a nested block such as `tts_config` whole: platforms may replace the block instead of merging it.
    """
    return await port(context).agent_update(params.agent, params.set)
