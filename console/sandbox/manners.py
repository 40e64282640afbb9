"""How a platform behaves in a call: what it asks, how it writes and reads, how long it waits, what it tells beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from console.sandbox import caller
from console.sandbox.caller import DIALECTS, Pickup, ToolResults
from console.sandbox.courier import Reply
from console.sandbox.envelopes import ENVELOPES, Envelope, Payload, failed_status
from console.sandbox.livecall import LiveCall
from console.sandbox.platforms import vapi_replies
from console.sandbox.platforms.vapi_messages import VapiEnvelope
from console.sandbox.script import Generation, Script
from console.sandbox.settings import Options, SandboxSettings


class Speaker(Protocol):
    """An assistant of any platform."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    def wants(self, event: str) -> bool: ...

    def configuration(self) -> dict[str, Any]: ...


class Line(Protocol):
    """A number of any platform."""

    @property
    def id(self) -> str: ...

    @property
    def assistant_id(self) -> str | None: ...


class Account(Protocol):
    """What a platform's account tells a call."""

    @property
    def assistants(self) -> Mapping[str, Any]: ...

    def number_called(self, e164: str) -> Any: ...


class Manner(Protocol):
    """One platform's way, or one generation's."""

    failed: str
    """The status of a call that ended in trouble."""
    no_assistant: str
    """Why a call is lost that nobody answers."""
    unknown_assistant: str
    """Why a call is lost whose reply names an assistant that is not there; empty when the saved one answers instead."""
    greeting_keys: tuple[str, ...]
    saves_assistants: bool

    @property
    def envelope(self) -> Envelope: ...

    def asks(self, assistant: Speaker | None) -> bool:
        """Whether the webhook is asked who takes an inbound call."""

    def read_pickup(self, reply: Reply) -> Pickup: ...

    def read_results(self, reply: Reply, asked: Sequence[str]) -> ToolResults: ...

    def deadline(self, event: str) -> float: ...

    def spoken(self, call: LiveCall, role: str) -> Sequence[tuple[str, Payload]]:
        """The events that go out when somebody has said a sentence."""


class FlireoManner:
    """Asks about every inbound call whose assistant wants it; tells nothing in between."""

    no_assistant = caller.NO_ASSISTANT
    unknown_assistant = ""

    def __init__(self, generation: Generation, settings: SandboxSettings) -> None:
        dialect = DIALECTS[generation]
        self.envelope = ENVELOPES[generation]
        self.failed = failed_status(generation)
        self.greeting_keys: tuple[str, ...] = (dialect.first_message_key, "first_message")
        self.saves_assistants = dialect.has_saved_config
        self._generation = generation
        self._settings = settings

    def asks(self, assistant: Speaker | None) -> bool:
        return assistant is None or assistant.wants("assistant-request")

    def read_pickup(self, reply: Reply) -> Pickup:
        return caller.read_pickup(self._generation, reply)

    def read_results(self, reply: Reply, asked: Sequence[str]) -> ToolResults:
        return caller.read_tool_results(self._generation, reply, asked)

    def deadline(self, event: str) -> float:
        return self._settings.deadline(event, self._generation)

    def spoken(self, call: LiveCall, role: str) -> Sequence[tuple[str, Payload]]:
        return ()


class VapiManner:
    """Asks only where the number has no assistant, and tells of every sentence."""

    failed = "ended"
    no_assistant = vapi_replies.NO_ASSISTANT
    unknown_assistant = vapi_replies.INVALID_ASSISTANT
    greeting_keys: tuple[str, ...] = ("firstMessage",)
    saves_assistants = True

    def __init__(self, settings: SandboxSettings, options: Options) -> None:
        self.envelope = VapiEnvelope(settings.vapi_control_base, options.vapi_tools)
        self._settings = settings

    def asks(self, assistant: Speaker | None) -> bool:
        return assistant is None

    def read_pickup(self, reply: Reply) -> Pickup:
        return vapi_replies.read_pickup(reply)

    def read_results(self, reply: Reply, asked: Sequence[str]) -> ToolResults:
        return vapi_replies.read_results(reply, asked)

    def deadline(self, event: str) -> float:
        return self._settings.vapi_deadline(event)

    def spoken(self, call: LiveCall, role: str) -> Sequence[tuple[str, Payload]]:
        return self.envelope.spoken(call, role)


def manner_of(script: Script, settings: SandboxSettings, options: Options) -> Manner:
    """How the platform of this call behaves."""
    if script.platform == "vapi":
        return VapiManner(settings, options)
    return FlireoManner(script.generation, settings)
