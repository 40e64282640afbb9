"""What Vapi lets one do in a live call beside the neutral commands. Nothing is repeated in doubt."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from workers.actions.base import ActionContext, action
from workers.actions.calls import CallParams, call_of
from workers.actions.neutral import Done
from workers.actions.platforms.vapi.common import VAPI, vapi

Word = Literal["mute-assistant", "unmute-assistant", "mute-customer", "unmute-customer", "say-first-message"]


class ControlParams(CallParams):
    """What happens."""

    control: Word = Field(description="what is done in the call")


class MessageParams(CallParams):
    """What is put into the conversation."""

    role: Literal["system", "user", "assistant"] = Field("system", description="as if this one had said it")
    content: str = Field(min_length=1, description="the words")
    respond: bool = Field(False, description="true: the assistant answers at once")


class HandoffParams(CallParams):
    """Who goes on."""

    assistant: str = Field(min_length=1, description="the id of the saved assistant that goes on")
    message: str = Field("", description="a sentence before it")


@action("vapi.control", in_doubt="skip", needs_call=True, platforms=VAPI)
async def control(context: ActionContext, params: ControlParams) -> Done:
    """Mute or unmute one side of the live call, or have the first message said."""
    await (await vapi(context).controlling(call_of(context, params))).control(params.control)
    return Done()


@action("vapi.add_message", in_doubt="skip", needs_call=True, platforms=VAPI)
async def add_message(context: ActionContext, params: MessageParams) -> Done:
    """Put a message into the live conversation under a role. `call.inject` is the same for the system's role."""
    control = await vapi(context).controlling(call_of(context, params))
    await control.put(params.role, params.content, params.respond)
    return Done()


@action("vapi.handoff", in_doubt="skip", needs_call=True, platforms=VAPI)
async def handoff(context: ActionContext, params: HandoffParams) -> Done:
    """Let another assistant go on with the live call."""
    control = await vapi(context).controlling(call_of(context, params))
    await control.hand_off(params.assistant, params.message)
    return Done()


LIVE_ACTIONS = (control, add_message, handoff)
