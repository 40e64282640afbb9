"""What Flireo's later generations can do beside the neutral actions: new assistants and numbers, and lists of calls."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field, JsonValue

from workers.actions.base import ActionContext, Params, action
from workers.actions.neutral import Agent, Number, PhoneCall
from workers.actions.platforms.flireo.common import LATER, Deleted, Listed, later
from workers.actions.ports.base import E164, e164
from workers.actions.ports.doubt import certainly_not, made_since, since
from workers.actions.ports.flireo import FlireoLaterPort, agent_of, number_of
from workers.actions.ports.flireo_calls import phone_call
from workers.actions.ports.table import port_of
from workers.clients.base import text
from workers.clients.errors import NotFound

MOST_CALLS = 1000
_SETTINGS = "more of the platform's own fields"


class AssistantCreateParams(Params):
    """A new assistant."""

    name: str = Field(min_length=1, description="its name")
    settings: dict[str, JsonValue] = Field(
        default_factory=dict, description=f"{_SETTINGS}, such as first_message, llm_config or webhook_url"
    )


class AssistantParams(Params):
    """Which assistant."""

    assistant: str = Field(min_length=1, description="the assistant's id")


class NumberCreateParams(Params):
    """A number that is brought along."""

    number: E164 = Field(description="the number, E.164; it comes by SIP from its carrier")
    assistant: str = Field("", description="the id of the assistant that answers it from the start")
    settings: dict[str, JsonValue] = Field(
        default_factory=dict, description=f"{_SETTINGS}, such as business_name or transfer_trunk_id"
    )


class CallListParams(Params):
    """Which calls; the latest when nothing is chosen."""

    status: str = Field("", description="only calls of this status, in the platform's words, such as completed")
    since: AwareDatetime | None = Field(None, description="only calls from this moment on")
    until: AwareDatetime | None = Field(None, description="only calls up to this moment")
    limit: int = Field(100, ge=1, le=MOST_CALLS, description="how many at the most")


class CallList(Listed):
    """Some calls."""

    calls: list[PhoneCall] = Field(default_factory=list, description="the calls, each as call.get gives it")


async def _assistant_created(context: ActionContext, params: AssistantCreateParams) -> Agent | None:
    begin = since(context)
    made = made_since(await later(context).assistants(), begin, params.name)
    return agent_of(made) if made else None


@action("flireo.assistant.create", in_doubt="verify", platforms=LATER, verify=_assistant_created)
async def assistant_create(context: ActionContext, params: AssistantCreateParams) -> Agent:
    """Make a new assistant (an agent, in the second generation's word)."""
    return agent_of(await later(context).create_assistant({**params.settings, "name": params.name}))


async def _assistant_deleted(context: ActionContext, params: AssistantParams) -> Deleted | None:
    try:
        await later(context).assistant(params.assistant)
    except NotFound:
        return Deleted(id=params.assistant)
    return None


@action("flireo.assistant.delete", in_doubt="verify", platforms=LATER, verify=_assistant_deleted)
async def assistant_delete(context: ActionContext, params: AssistantParams) -> Deleted:
    """Delete an assistant for good. What becomes of its numbers is not documented: free them first."""
    await later(context).delete_assistant(params.assistant)
    return Deleted(id=params.assistant)


async def _number_created(context: ActionContext, params: NumberCreateParams) -> Number | None:
    listing = await later(context).numbers()
    for each in listing.items:
        if e164(text(each.phone_number)) == params.number:
            return number_of(each)
    certainly_not(listing.complete)
    return None


@action("flireo.number.create", in_doubt="verify", platforms=LATER, verify=_number_created)
async def number_create(context: ActionContext, params: NumberCreateParams) -> Number:
    """Bring a number along that a carrier sends by SIP. Nothing is bought.

    `number_field: number` in the connection's api.defaults sends it under the older of its two documented names.
    """
    own = port_of(context, FlireoLaterPort)
    name = text(own.api.defaults.get("number_field")) or "phone_number"
    body: dict[str, Any] = {**params.settings, name: params.number}
    if params.assistant:
        body["agent_id"] = params.assistant
    return number_of(await own.client.create_number(body))


@action("flireo.call.list", in_doubt="repeat", platforms=LATER)
async def call_list(context: ActionContext, params: CallListParams) -> CallList:
    """List calls. The platform does not say in which order it gives them; `call.get` shows a single one."""
    bounds = {"start_date": params.since, "end_date": params.until}
    filters = {name: moment.isoformat() for name, moment in bounds.items() if moment}
    if params.status:
        filters["status"] = params.status
    listing = await later(context).calls(filters, params.limit)
    found = [phone_call(each) for each in listing.items[: params.limit]]
    return CallList(calls=found, count=len(found), complete=listing.complete and len(listing.items) <= params.limit)


ACCOUNT_ACTIONS = (assistant_create, assistant_delete, number_create, call_list)
