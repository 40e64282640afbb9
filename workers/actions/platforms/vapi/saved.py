"""Vapi's assistants and numbers, as far as the neutral actions leave something over: making and deleting them."""

from __future__ import annotations

from typing import Any

from pydantic import Field, JsonValue

from workers.actions.base import ActionContext, Params, action
from workers.actions.neutral import Agent, Number
from workers.actions.platforms.vapi.common import SETTINGS, VAPI, Deleted, vapi
from workers.actions.ports.doubt import made_since, since
from workers.actions.ports.vapi import agent_of, number_of
from workers.clients.errors import NotFound


class AssistantCreateParams(Params):
    """A new assistant."""

    name: str = Field(min_length=1, max_length=40, description="its name, at most 40 characters")
    settings: dict[str, JsonValue] = Field(
        default_factory=dict, description=f"{SETTINGS}, such as firstMessage, model or server"
    )


class AssistantParams(Params):
    """Which assistant."""

    assistant: str = Field(min_length=1, description="the assistant's id")


class NumberCreateParams(Params):
    """A new number."""

    name: str = Field(min_length=1, max_length=40, description="what people call it, at most 40 characters")
    provider: str = Field("vapi", description="vapi, twilio, vonage, telnyx or byo-phone-number")
    assistant: str = Field("", description="the assistant that answers it; without one its calls ask the webhook")
    settings: dict[str, JsonValue] = Field(
        default_factory=dict, description=f"{SETTINGS}, such as numberDesiredAreaCode, number or credentialId"
    )


async def _assistant_created(context: ActionContext, params: AssistantCreateParams) -> Agent | None:
    begin = since(context)
    made = made_since(await vapi(context).client.assistants(), begin, params.name)
    return agent_of(made) if made else None


@action("vapi.assistant.create", in_doubt="verify", platforms=VAPI, verify=_assistant_created)
async def assistant_create(context: ActionContext, params: AssistantCreateParams) -> Agent:
    """Save a new assistant."""
    return agent_of(await vapi(context).client.create_assistant({**params.settings, "name": params.name}))


async def _assistant_deleted(context: ActionContext, params: AssistantParams) -> Deleted | None:
    try:
        await vapi(context).client.assistant(params.assistant)
    except NotFound:
        return Deleted(id=params.assistant)
    return None


@action("vapi.assistant.delete", in_doubt="verify", platforms=VAPI, verify=_assistant_deleted)
async def assistant_delete(context: ActionContext, params: AssistantParams) -> Deleted:
    """Delete an assistant for good. One that something still uses may be refused: free its numbers first."""
    await vapi(context).client.delete_assistant(params.assistant)
    return Deleted(id=params.assistant)


async def _number_created(context: ActionContext, params: NumberCreateParams) -> Number | None:
    begin = since(context)
    made = made_since(await vapi(context).client.numbers(), begin, params.name)
    return number_of(made) if made else None


@action("vapi.phone_number.create", in_doubt="verify", platforms=VAPI, verify=_number_created, costs="numbers-bought")
async def number_create(context: ActionContext, params: NumberCreateParams) -> Number:
    """Have a number of Vapi's own, or bring one along from a carrier. This may cost money.

    `number` may be empty at first: the platform finds one after it has answered. `number.release` gives it back.
    """
    body: dict[str, Any] = {**params.settings, "provider": params.provider, "name": params.name}
    if params.assistant:
        body["assistantId"] = params.assistant
    return number_of(await vapi(context).client.create_number(body))


SAVED_ACTIONS = (assistant_create, assistant_delete, number_create)
