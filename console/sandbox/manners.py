"""How a platform behaves in a call: what it asks, how it writes and reads, how long it waits, what it tells beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from console.sandbox import caller
from console.sandbox.caller import DIALECTS, Pickup, ToolResults
from console.sandbox.courier import Reply
from console.sandbox.envelopes import ENVELOPES, Envelope, Payload, failed_status
from console.sandbox.livecall import LiveCall
from console.sandbox.platforms.fluents import replies as fluents_replies
from console.sandbox.platforms.fluents.events import FAILED, FluentsEnvelope, named
from console.sandbox.platforms.opencx import events as opencx_events
from console.sandbox.platforms.opencx import replies as opencx_replies
from console.sandbox.platforms.opencx.events import OpenCXEnvelope
from console.sandbox.platforms.vapi import replies as vapi_replies
from console.sandbox.platforms.vapi.messages import VapiEnvelope
from console.sandbox.script import Generation, Script, ScriptTool
from console.sandbox.settings import Options, SandboxSettings

Told = tuple[str, Payload]
"""An event's name and its body."""


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
    saves_assistants: bool

    @property
    def envelope(self) -> Envelope: ...

    def asks(self, assistant: Speaker | None) -> bool:
        """Whether the webhook is asked who takes an inbound call."""

    def read_pickup(self, reply: Reply) -> Pickup: ...

    def read_results(self, reply: Reply, asked: Sequence[str]) -> ToolResults: ...

    def deadline(self, event: str) -> float: ...

    def greeting(self, config: Mapping[str, Any], default: str) -> str:
        """What the agent says first."""

    def at_once(self, tools: Sequence[ScriptTool]) -> Sequence[Sequence[ScriptTool]]:
        """Which tools go in one delivery."""

    def status(self, call: LiveCall, status: str) -> Told:
        """The event that tells of a new status."""

    def spoken(self, call: LiveCall, role: str) -> Sequence[Told]:
        """The events that go out when somebody has said a sentence."""

    def done(self, call: LiveCall, tools: Sequence[ScriptTool], results: Mapping[str, str]) -> Sequence[Told]:
        """The events that go out when tools have brought what they could."""

    def afterwards(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Sequence[Told]:
        """The events that come when the call is over, some time after one another."""


class _OneUrl:
    """What platforms have in common that post everything to one URL."""

    envelope: Envelope
    greeting_keys: tuple[str, ...]

    def greeting(self, config: Mapping[str, Any], default: str) -> str:
        return next((config[key] for key in self.greeting_keys if isinstance(config.get(key), str)), default)

    def at_once(self, tools: Sequence[ScriptTool]) -> Sequence[Sequence[ScriptTool]]:
        return [tools]

    def status(self, call: LiveCall, status: str) -> Told:
        return "status-update", self.envelope.status_update(call, status)

    def spoken(self, call: LiveCall, role: str) -> Sequence[Told]:
        return ()

    def done(self, call: LiveCall, tools: Sequence[ScriptTool], results: Mapping[str, str]) -> Sequence[Told]:
        return ()

    def afterwards(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Sequence[Told]:
        return [("end-of-call-report", self.envelope.report(call, summary, analysis))]


class FlireoManner(_OneUrl):
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


class VapiManner(_OneUrl):
    """Asks only where the number has no assistant, and tells of every sentence."""

    failed = "ended"
    no_assistant = vapi_replies.NO_ASSISTANT
    unknown_assistant = vapi_replies.INVALID_ASSISTANT
    greeting_keys: tuple[str, ...] = ("firstMessage",)
    saves_assistants = True

    def __init__(self, settings: SandboxSettings, options: Options) -> None:
        self.envelope = self._messages = VapiEnvelope(settings.vapi_control_base, options.vapi_tools)
        self._settings = settings

    def asks(self, assistant: Speaker | None) -> bool:
        return assistant is None

    def read_pickup(self, reply: Reply) -> Pickup:
        return vapi_replies.read_pickup(reply)

    def read_results(self, reply: Reply, asked: Sequence[str]) -> ToolResults:
        return vapi_replies.read_results(reply, asked)

    def deadline(self, event: str) -> float:
        return self._settings.vapi_deadline(event)

    def spoken(self, call: LiveCall, role: str) -> Sequence[Told]:
        return self._messages.spoken(call, role)


class FluentsManner:
    """Asks for variables only, since the number says who answers; each tool has a URL, and every step is told."""

    failed = FAILED
    no_assistant = fluents_replies.NO_AGENT
    unknown_assistant = ""
    saves_assistants = True

    def __init__(self, settings: SandboxSettings, options: Options) -> None:
        self.envelope = FluentsEnvelope(options.fluents_tools)
        self._settings = settings

    def asks(self, assistant: Speaker | None) -> bool:
        return assistant is not None

    def read_pickup(self, reply: Reply) -> Pickup:
        return fluents_replies.read_context(reply)

    def read_results(self, reply: Reply, asked: Sequence[str]) -> ToolResults:
        return fluents_replies.read_result(reply, asked)

    def deadline(self, event: str) -> float:
        return self._settings.fluents_deadline(event)

    def greeting(self, config: Mapping[str, Any], default: str) -> str:
        return fluents_replies.filled_in(str(config.get("initial_message") or default), config.get("context", {}))

    def at_once(self, tools: Sequence[ScriptTool]) -> Sequence[Sequence[ScriptTool]]:
        return [[tool] for tool in tools]

    def status(self, call: LiveCall, status: str) -> Told:
        return named(self.envelope.status_update(call, status))

    def spoken(self, call: LiveCall, role: str) -> Sequence[Told]:
        return [named(self.envelope.message(call, role))]

    def done(self, call: LiveCall, tools: Sequence[ScriptTool], results: Mapping[str, str]) -> Sequence[Told]:
        return [named(self.envelope.action(call, tool, results.get(tool.id, ""))) for tool in tools]

    def afterwards(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Sequence[Told]:
        return [named(self.envelope.report(call, summary, analysis)), named(self.envelope.recording(call))]


class OpenCXManner(_OneUrl):
    """A number belongs to its agent, so nothing is asked; each action has a URL, and collected data comes last."""

    failed = "ended"
    no_assistant = opencx_replies.NO_AGENT
    unknown_assistant = ""
    greeting_keys: tuple[str, ...] = ("first_message",)
    saves_assistants = True

    def __init__(self, settings: SandboxSettings, options: Options) -> None:
        self.envelope = self._events = OpenCXEnvelope(options.opencx_data, options.opencx_calls)
        self._settings = settings

    def asks(self, assistant: Speaker | None) -> bool:
        return False

    def read_pickup(self, reply: Reply) -> Pickup:
        return Pickup("saved")

    def read_results(self, reply: Reply, asked: Sequence[str]) -> ToolResults:
        return opencx_replies.read_result(reply, asked)

    def deadline(self, event: str) -> float:
        return self._settings.opencx_deadline(event)

    def at_once(self, tools: Sequence[ScriptTool]) -> Sequence[Sequence[ScriptTool]]:
        return [[tool] for tool in tools]

    def status(self, call: LiveCall, status: str) -> Told:
        return opencx_events.named(self.envelope.status_update(call, status))

    def spoken(self, call: LiveCall, role: str) -> Sequence[Told]:
        return self._events.beginning(call)

    def afterwards(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Sequence[Told]:
        return [(opencx_events.DATA, self.envelope.report(call, summary, analysis))]


def manner_of(script: Script, settings: SandboxSettings, options: Options) -> Manner:
    """How the platform of this call behaves."""
    if script.platform == "vapi":
        return VapiManner(settings, options)
    if script.platform == "fluents":
        return FluentsManner(settings, options)
    if script.platform == "opencx":
        return OpenCXManner(settings, options)
    return FlireoManner(script.generation, settings)
