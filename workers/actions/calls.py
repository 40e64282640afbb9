"""Calls: starting one, looking at one, and commands into a live one, which is the event's own unless the rule says.

No command is repeated when it is unknown whether it happened: the caller would hear it twice.
"""

from __future__ import annotations

from pydantic import Field, JsonValue

from workers.actions.base import ActionContext, Params, action
from workers.actions.neutral import Done, PhoneCall, Started
from workers.actions.ports.base import E164, Port
from workers.actions.ports.table import able, port
from workers.clients.errors import Invalid


class StartParams(Params):
    """Who calls whom. A platform refuses what it has no use for."""

    agent: str = Field(min_length=1, description="the id of the agent that speaks")
    to: E164 = Field(description="who is called, an E.164 number such as +31612340001")
    from_: str = Field(
        "", alias="from", description="our own number or its id; fluents and vapi need it, opencx takes the agent's"
    )
    first_message: str = Field("", description="what the agent says first (flireo, vapi)")
    metadata: dict[str, JsonValue] = Field(
        default_factory=dict, description="comes back as `call.metadata` in the events of the call (flireo, vapi)"
    )
    variables: dict[str, JsonValue] = Field(
        default_factory=dict, description="values for the agent's prompt (vapi, fluents as text)"
    )


class CallParams(Params):
    """Which call."""

    call: str = Field("", description="the platform's id of the call; the event's own when left out")


class InjectParams(CallParams):
    """What the agent is told."""

    content: str = Field(min_length=1, description="what the agent shall know from now on")
    respond: bool = Field(False, description="true: the agent speaks about it at once")


class SayParams(CallParams):
    """What the caller hears."""

    content: str = Field(min_length=1, description="the sentence, spoken as it is")
    end_after: bool = Field(False, description="true: hang up after it")


class EndParams(CallParams):
    """How the call ends."""

    message: str = Field("", description="a last sentence, where the platform can speak one")


class TransferParams(CallParams):
    """Where the caller goes."""

    to: str = Field(min_length=1, description="an E.164 number or a SIP address")
    message: str = Field("", description="a sentence before the transfer")


async def _started(context: ActionContext, params: StartParams) -> Started | None:
    return await port(context).call_started(params.model_dump(by_alias=True))


@action("call.start", in_doubt="verify", platforms=able(Port.call_start), verify=_started, costs="calls-started")
async def call_start(context: ActionContext, params: StartParams) -> Started:
    """Let an agent call somebody. This costs money, and somebody's telephone rings.

    It is done when the platform has taken the order; how the call went arrives as events, or is asked with `call.get`.
    """
    return await port(context).call_start(params.model_dump(by_alias=True))


@action("call.get", in_doubt="repeat", platforms=able(Port.call_get))
async def call_get(context: ActionContext, params: CallParams) -> PhoneCall:
    """Show a call: how far it is, and afterwards what was said.

    On OpenCX it is the conversation that the call belongs to, known by its session id.
    """
    asked = port(context)
    return await asked.call_get(_known(params.call or asked.event_call()))


@action("call.inject", in_doubt="skip", needs_call=True, platforms=able(Port.call_inject))
async def call_inject(context: ActionContext, params: InjectParams) -> Done:
    """Tell the agent something in the midst of a call."""
    return await port(context).call_inject(call_of(context, params), params.content, params.respond)


@action("call.say", in_doubt="skip", needs_call=True, platforms=able(Port.call_say))
async def call_say(context: ActionContext, params: SayParams) -> Done:
    """Speak a sentence into the live call."""
    return await port(context).call_say(call_of(context, params), params.content, params.end_after)


@action("call.end", in_doubt="skip", needs_call=True, platforms=able(Port.call_end))
async def call_end(context: ActionContext, params: EndParams) -> Done:
    """Hang up."""
    return await port(context).call_end(call_of(context, params), params.message)


@action("call.transfer", in_doubt="skip", needs_call=True, platforms=able(Port.call_transfer))
async def call_transfer(context: ActionContext, params: TransferParams) -> Done:
    """Hand the caller over to a number or a SIP address."""
    return await port(context).call_transfer(call_of(context, params), params.to, params.message)


def call_of(context: ActionContext, params: CallParams) -> str:
    """The call that the step names, else the event's own; raises Invalid without any."""
    return _known(params.call or context.event.call.id)


def _known(call: str) -> str:
    if not call:
        raise Invalid("the event has no call id; name the call with `call`")
    return call
