"""Fluents' calls, as far as the neutral actions leave something over: listing, and what is left of one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.calls import CallParams, call_of
from workers.actions.platforms.fluents.common import FLUENTS, Listed, client_of
from workers.actions.ports.base import e164
from workers.actions.ports.fluents_calls import phone_call
from workers.clients.base import text
from workers.clients.fluents import models
from workers.clients.fluents.transcript import lines
from workers.clients.times import moment

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_LONG = {"transcript", "summary", "recording_url", "raw"}
"""What a list leaves out."""


class CallListParams(Params):
    """Which calls."""

    number: str = Field("", description="only calls from or to this number, E.164")
    status: str = Field("", description="only calls of this status: not_started, in_progress, error or ended")
    limit: int = Field(20, ge=1, le=100, description="how many at the most")


class CallList(Listed):
    """Some calls."""

    calls: list[dict[str, Any]] = Field(
        default_factory=list, description="the calls, latest first, each as call.get gives it without what was said"
    )


class Recording(Output):
    """The recording of a call."""

    available: bool = Field(False, description="false while there is none")
    url: str = Field("", description="where it is; the environment's key is needed to read it")
    size: int = Field(0, description="bytes")
    type: str = Field("", description="such as audio/mpeg")


class Transcript(Output):
    """What was said in a call."""

    text: str = Field("", description="the whole, as the platform wrote it")
    lines: list[dict[str, Any]] = Field(
        default_factory=list,
        description="what was said and done, each with speaker (agent, caller, action, conference), text, at (seconds, "
        "null where it is not told) and interrupted",
    )
    caller: str = Field("", description="what the caller said, a line for each sentence")
    agent: str = Field("", description="what the agent said, a line for each sentence")


@action("fluents.call.list", in_doubt="repeat", platforms=FLUENTS)
async def call_list(context: ActionContext, params: CallListParams) -> CallList:
    """List calls, latest first. How the platform could filter is not documented, so all of them are read."""
    listing = await client_of(context).calls.all()
    found = sorted((each for each in listing.items if _wanted(each, params)), key=_begun, reverse=True)
    shown = [phone_call(each).model_dump(mode="json", by_alias=True, exclude=_LONG) for each in found[: params.limit]]
    return CallList(calls=shown, count=len(shown), complete=listing.complete and len(found) <= params.limit)


def _wanted(call: models.Call, params: CallListParams) -> bool:
    numbers = (e164(text(call.from_number)), e164(text(call.to_number)))
    return (not params.number or e164(params.number) in numbers) and params.status in ("", text(call.status))


def _begun(call: models.Call) -> datetime:
    """A call that has not begun is later than any other."""
    return moment(call.start_time) or (
        _BEFORE_ALL if text(call.status) in ("ended", "error") else datetime.max.replace(tzinfo=UTC)
    )


@action("fluents.call.recording", in_doubt="repeat", platforms=FLUENTS)
async def call_recording(context: ActionContext, params: CallParams) -> Recording:
    """Tell where a call's recording is, and how large. The recording itself is kept nowhere.

    It is there some time after the call, when the agent records at all. Recordings above 32 MB are refused.
    """
    calls, call = client_of(context).calls, call_of(context, params)
    if (await calls.get(call)).recording_available is not True:
        return Recording()
    recording = await calls.recording(call)
    return Recording(
        available=True, url=calls.recording_url(call), size=len(recording.content), type=recording.media_type
    )


@action("fluents.call.transcript", in_doubt="repeat", platforms=FLUENTS)
async def call_transcript(context: ActionContext, params: CallParams) -> Transcript:
    """Show what was said in a call, line by line. It is empty until some time after the call."""
    written = text((await client_of(context).calls.get(call_of(context, params))).transcript)
    said = lines(written)
    return Transcript(
        text=written,
        lines=[
            {"speaker": each.speaker, "text": each.text, "at": each.at, "interrupted": each.interrupted}
            for each in said
        ],
        caller="\n".join(each.text for each in said if each.speaker == "caller"),
        agent="\n".join(each.text for each in said if each.speaker == "agent"),
    )


CALL_ACTIONS = (call_list, call_recording, call_transcript)
