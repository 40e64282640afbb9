"""Vapi's calls, as far as the neutral actions leave something over: lists, later calls, names, and deleting."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, Field, JsonValue

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.calls import CallParams, call_of
from workers.actions.neutral import PhoneCall, Started
from workers.actions.platforms.vapi.common import VAPI, Deleted, vapi
from workers.actions.ports.base import E164
from workers.actions.ports.vapi import phone_call
from workers.clients.errors import NotFound

MOST_CALLS = 1000


class CallListParams(Params):
    """Which calls; the latest when nothing is chosen."""

    agent: str = Field("", description="only calls of this assistant, by its id")
    number: str = Field("", description="only calls of this number of ours, by its id")
    since: AwareDatetime | None = Field(None, description="only calls created from this moment on")
    until: AwareDatetime | None = Field(None, description="only calls created up to this moment")
    limit: int = Field(100, ge=1, le=MOST_CALLS, description="how many at the most, the newest first")


class CallList(Output):
    """Some calls."""

    calls: list[PhoneCall] = Field(default_factory=list, description="the calls, each as call.get gives it")
    count: int = Field(0, description="how many")
    complete: bool = Field(True, description="false when the platform has more than is read at once")


class ScheduleParams(Params):
    """Who calls whom, and when."""

    agent: str = Field(min_length=1, description="the id of the assistant that speaks")
    to: E164 = Field(description="who is called, an E.164 number")
    from_: str = Field(alias="from", min_length=1, description="our own number or its id")
    at: AwareDatetime = Field(description="not before this moment")
    latest: AwareDatetime | None = Field(None, description="not after this moment")
    first_message: str = Field("", description="what the assistant says first")
    metadata: dict[str, JsonValue] = Field(default_factory=dict, description="comes back as `call.metadata`")
    variables: dict[str, JsonValue] = Field(default_factory=dict, description="values for the assistant's prompt")

    def plan(self) -> dict[str, str]:
        """The platform's own words for when."""
        bounds: dict[str, datetime | None] = {"earliestAt": self.at, "latestAt": self.latest}
        return {name: moment.isoformat() for name, moment in bounds.items() if moment}


class UpdateParams(CallParams):
    """What a call is called."""

    name: str = Field(min_length=1, max_length=40, description="at most 40 characters; nothing else can be changed")


@action("vapi.call.list", in_doubt="repeat", platforms=VAPI)
async def call_list(context: ActionContext, params: CallListParams) -> CallList:
    """List calls, the newest first."""
    named = {"assistantId": params.agent, "phoneNumberId": params.number}
    bounds = {"createdAtGe": params.since, "createdAtLe": params.until}
    filters = {name: value for name, value in named.items() if value}
    filters |= {name: moment.isoformat() for name, moment in bounds.items() if moment}
    listing = await vapi(context).client.calls(filters, params.limit)
    found = [phone_call(each) for each in listing.items[: params.limit]]
    return CallList(calls=found, count=len(found), complete=listing.complete and len(listing.items) <= params.limit)


async def _scheduled(context: ActionContext, params: ScheduleParams) -> Started | None:
    return await vapi(context).call_started(params.model_dump(by_alias=True))


@action("vapi.call.schedule", in_doubt="verify", platforms=VAPI, verify=_scheduled, costs="calls-started")
async def call_schedule(context: ActionContext, params: ScheduleParams) -> Started:
    """Let an assistant call somebody later: Vapi keeps the appointment. This costs money."""
    return await vapi(context).place(params.model_dump(by_alias=True), {"schedulePlan": params.plan()})


@action("vapi.call.update", in_doubt="repeat", platforms=VAPI)
async def call_update(context: ActionContext, params: UpdateParams) -> PhoneCall:
    """Give a call another name."""
    return phone_call(await vapi(context).client.rename_call(call_of(context, params), params.name))


async def _deleted(context: ActionContext, params: CallParams) -> Deleted | None:
    call = call_of(context, params)
    try:
        await vapi(context).client.call(call)
    except NotFound:
        return Deleted(id=call)
    return None


@action("vapi.call.delete", in_doubt="verify", platforms=VAPI, verify=_deleted)
async def call_delete(context: ActionContext, params: CallParams) -> Deleted:
    """Delete for good what Vapi keeps of a call: its words, its recording, its logs."""
    call = call_of(context, params)
    await vapi(context).client.delete_call(call)
    return Deleted(id=call)


CALL_ACTIONS = (call_list, call_schedule, call_update, call_delete)
