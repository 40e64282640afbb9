"""Fluents' actions: what an agent can do in a call, such as asking one of our rules (`action_external`)."""

from __future__ import annotations

from typing import Any

from pydantic import Field, JsonValue

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.platforms.fluents.common import (
    FLUENTS,
    RAW,
    SET,
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
from workers.clients.fluents import models


class ToolParams(Params):
    """Which action."""

    action: str = Field(min_length=1, description="the action's id")


class ToolUpdateParams(ToolParams):
    """What to change about an action."""

    set: Set = Field(min_length=1, description=f"{SET}; give `config` whole")


class ToolCreateParams(Params):
    """A new action."""

    type: str = Field(min_length=1, description="such as action_external or action_transfer_call")
    config: dict[str, JsonValue] = Field(
        description="what the type wants; of action_external: name, description, url, input_schema, speak_on_send, "
        "speak_on_receive"
    )
    label: str = Field("", description="what people call it")
    description: str = Field("", description="what it is for")
    action_trigger: dict[str, JsonValue] = Field(
        default_factory=dict, description="when it is done; by a function call of the model when left out"
    )


class Tool(Output):
    """Something an agent can do."""

    id: str = Field("", description="the action's id")
    type: str = Field("", description="such as action_external")
    label: str = Field("", description="what people call it")
    raw: dict[str, Any] = Field(default_factory=dict, description=RAW)


class ToolList(Listed):
    """Some actions."""

    actions: list[Tool] = Field(default_factory=list, description="the actions, each as fluents.action.get gives it")


@action("fluents.action.list", in_doubt="repeat", platforms=FLUENTS)
async def tool_list(context: ActionContext, params: ListParams) -> ToolList:
    """List what agents can be given to do."""
    listing = await client_of(context).actions.all()
    found = [_tool(each) for each in listing.items]
    return ToolList(actions=found, count=len(found), complete=listing.complete)


@action("fluents.action.get", in_doubt="repeat", platforms=FLUENTS)
async def tool_get(context: ActionContext, params: ToolParams) -> Tool:
    """Show one action. Its signature secret is left out: read that one at the platform."""
    return _tool(await client_of(context).actions.get(params.action))


@action("fluents.action.create", in_doubt="park", platforms=FLUENTS)
async def tool_create(context: ActionContext, params: ToolCreateParams) -> Tool:
    """Save a new action, which an agent can then be given by its id.

    The platform makes a signature secret for an external action. It is left out here: read it at the platform.
    """
    return _tool(await client_of(context).actions.create(given(params)))


@action("fluents.action.update", in_doubt="repeat", platforms=FLUENTS)
async def tool_update(context: ActionContext, params: ToolUpdateParams) -> Tool:
    """Change an action for every agent that has it."""
    return _tool(await client_of(context).actions.update(params.action, params.set))


async def _deleted(context: ActionContext, params: ToolParams) -> Removed | None:
    return await removed(client_of(context).actions, params.action)


@action("fluents.action.delete", in_doubt="verify", platforms=FLUENTS, verify=_deleted)
async def tool_delete(context: ActionContext, params: ToolParams) -> Removed:
    """Remove an action for good."""
    await client_of(context).actions.delete(params.action)
    return Removed(id=params.action)


def _tool(tool: models.Action) -> Tool:
    return Tool(id=text(tool.id), type=text(tool.type), label=text(tool.label), raw=raw(tool))


TOOL_ACTIONS = (tool_list, tool_get, tool_create, tool_update, tool_delete)
