"""What the platforms' accounts hold: numbers, agents, and who belongs to whom. In memory, put back by a reset."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.platforms.fluents.lines import FluentsLines
from console.sandbox.platforms.opencx.account import OpenCXAccount
from console.sandbox.script import Platform

CREATED = "2026-02-03T04:05:06.000Z"


class Refused(Exception):
    """The account says no; `code` is the platform's word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class FlireoAssistant(BaseModel):
    """A Flireo assistant (an agent, in generation two) with the fields its pages name."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    business_name: str | None = None
    first_message: str | None = "Hello, how can I help you?"
    is_active: bool = True
    max_duration_seconds: int | None = None
    autonomous_silence_handling: bool | None = None
    silence_timeout_seconds: int | None = None
    voicemail_detection: bool | None = None
    voicemail_message: str | None = None
    gdpr_mode: bool | None = None
    notification_email: str | None = None
    notification_emails: list[str] | None = None
    recording_consent: bool | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    webhook_events: list[str] | None = None
    analysis_plan: dict[str, Any] | None = None
    stt_config: dict[str, Any] | None = None
    llm_config: dict[str, Any] | None = None
    tts_config: dict[str, Any] | None = None
    speech_config: dict[str, Any] | None = None
    created_at: str = CREATED

    def wants(self, event: str) -> bool:
        """Whether this event is sent for it. No list means all, which the pages leave open."""
        return self.webhook_events is None or event in self.webhook_events

    def configuration(self) -> dict[str, Any]:
        """What a call with it is configured with; never the webhook's secret."""
        return self.model_dump(exclude={"webhook_secret", "created_at"}, exclude_none=True)


class FlireoNumber(BaseModel):
    """A phone number. A `default` one is shared among accounts; a `custom` one belongs to one of them."""

    id: str
    number: str
    type: Literal["local", "mobile", "national"] = "local"
    locality: str | None = "Amsterdam"
    origin: Literal["default", "custom"] = "custom"
    ours: bool = True
    assistant_id: str | None = None
    business_name: str | None = None
    transfer_trunk_id: str | None = None
    workflow_id: str | None = None
    is_active: bool = True


@dataclass(frozen=True)
class Linked:
    """What linking changed."""

    number: FlireoNumber
    previous_number_id: str | None
    released: int


@dataclass(frozen=True)
class FlireoOrder:
    """A number that was ordered."""

    id: str
    number: FlireoNumber
    status: Literal["pending", "success", "failed"]
    ordered_at: str
    verification_group: str | None = None


@dataclass(frozen=True)
class FlireoGroup:
    """A verification group: numbers whose address is proved together."""

    id: str
    name: str
    type: str
    locality: str
    business_name: str
    created_at: str
    status: Literal["pending", "approved", "rejected", "deleted"] = "pending"


ORDER_CREDITS = 10


@dataclass
class FlireoAccount:
    """One account, whichever generation of the API looks at it."""

    assistants: dict[str, FlireoAssistant] = field(default_factory=dict)
    numbers: dict[str, FlireoNumber] = field(default_factory=dict)
    stock: list[FlireoNumber] = field(default_factory=list)
    """Numbers one could order."""
    orders: list[FlireoOrder] = field(default_factory=list)
    groups: dict[str, FlireoGroup] = field(default_factory=dict)
    credits: int = 100

    def assistant(self, assistant_id: str) -> FlireoAssistant:
        """Raises Refused `not_found`."""
        found = self.assistants.get(assistant_id)
        if found is None:
            raise Refused("not_found", "Assistant not found")
        return found

    def number(self, number_id: str) -> FlireoNumber:
        """Raises Refused `not_found`, or `forbidden` for another account's number."""
        found = self.numbers.get(number_id)
        if found is None:
            raise Refused("not_found", "Phone number not found")
        if not found.ours:
            raise Refused("forbidden", "Phone number belongs to another account")
        return found

    def own_numbers(self, origin: Literal["default", "custom"] | None = None) -> list[FlireoNumber]:
        return [each for each in self.numbers.values() if each.ours and origin in (None, each.origin)]

    def number_called(self, e164: str) -> FlireoNumber | None:
        return next((each for each in self.own_numbers() if each.number == e164), None)

    def number_of(self, assistant_id: str) -> FlireoNumber | None:
        """The number an assistant answers: the first one, should it have several."""
        return next((each for each in self.own_numbers() if each.assistant_id == assistant_id), None)

    def link(self, assistant_id: str, number_id: str) -> Linked:
        """Give the assistant this number in place of the one it had; raises Refused."""
        assistant, number = self.assistant(assistant_id), self.number(number_id)
        if number.assistant_id == assistant.id:
            raise Refused("already_linked", "Phone number is already linked to this assistant")
        if number.origin == "custom" and number.assistant_id:
            raise Refused("already_in_use", "Phone number is in use by another assistant")
        previous = self.number_of(assistant.id)
        if previous:
            previous.assistant_id = None
        released = self._release_defaults() if number.origin == "default" else 0
        number.assistant_id = assistant.id
        return Linked(number, previous.id if previous else None, released)

    def unlink(self, assistant_id: str) -> FlireoNumber:
        """Take the assistant's number away; raises Refused `no_phone_number` when it has none."""
        number = self.number_of(self.assistant(assistant_id).id)
        if number is None:
            raise Refused("no_phone_number", "Assistant has no phone number")
        number.assistant_id = None
        return number

    def order(self, e164: str, group: str | None, at: str) -> FlireoOrder:
        """Order a number from the stock; raises Refused. One that needs proof of an address is pending at first."""
        wanted = next((each for each in self.stock if each.number == e164), None)
        if wanted is None:
            raise Refused("not_found", "Phone number is not available")
        if wanted.type == "local" and not group:
            raise Refused("invalid_parameters", "verification_group_id is needed for a local number")
        if self.credits < ORDER_CREDITS:
            raise Refused("insufficient_credits", "Not enough credits")
        self.credits -= ORDER_CREDITS
        self.stock.remove(wanted)
        number = wanted.model_copy(update={"id": str(uuid.uuid4())})
        self.numbers[number.id] = number
        self.orders.append(FlireoOrder(str(uuid.uuid4()), number, "pending" if group else "success", at, group))
        return self.orders[-1]

    def remove(self, number_id: str) -> FlireoNumber:
        """Take a number out of the account; raises Refused."""
        number = self.number(number_id)
        del self.numbers[number.id]
        return number

    def _release_defaults(self) -> int:
        held = [each for each in self.own_numbers("default") if each.assistant_id]
        for each in held:
            each.assistant_id = None
        return len(held)


@dataclass
class Shop:
    """The small customer system the example rules talk to."""

    customers: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[Any] = field(default_factory=list)


class VapiThing(BaseModel):
    """What Vapi saves, with whatever else was sent along; written in camelCase."""

    model_config = ConfigDict(
        extra="allow", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    id: str
    org_id: str = "org_sandbox"
    name: str = ""
    created_at: str = CREATED
    updated_at: str = CREATED


VAPI_DEFAULT_MESSAGES = frozenset(
    {"conversation-update", "end-of-call-report", "speech-update", "status-update", "tool-calls"}
)
"""What an assistant without a list of its own sends, as far as the sandbox plays it."""


class VapiAssistant(VapiThing):
    """A Vapi assistant with the fields that a call looks at."""

    first_message: str | None = "Hello, how can I help you?"
    max_duration_seconds: float | None = None
    server_messages: list[str] | None = None

    def wants(self, event: str) -> bool:
        """Whether this event is sent for it."""
        return event in (VAPI_DEFAULT_MESSAGES if self.server_messages is None else self.server_messages)

    def configuration(self) -> dict[str, Any]:
        """What a call with it is configured with."""
        return self.model_dump(exclude={"server"}, exclude_none=True)


class VapiNumber(VapiThing):
    """A Vapi phone number; without an assistant its calls ask the webhook."""

    provider: str = "vapi"
    number: str | None = None
    status: str = "active"
    assistant_id: str | None = None


@dataclass
class VapiAccount:
    """One organisation."""

    assistants: dict[str, VapiAssistant] = field(default_factory=dict)
    numbers: dict[str, VapiNumber] = field(default_factory=dict)

    def number_called(self, e164: str) -> VapiNumber | None:
        return next((each for each in self.numbers.values() if each.number == e164), None)


@dataclass
class World:
    """Everything that is not a call."""

    flireo: FlireoAccount
    fluents: FluentsAccount
    opencx: OpenCXAccount
    shop: Shop
    vapi: VapiAccount

    def accounts(self) -> dict[Platform, FlireoAccount | FluentsLines | OpenCXAccount | VapiAccount]:
        """The accounts whose calls are played."""
        lines = FluentsLines(self.fluents)
        return {"flireo": self.flireo, "fluents": lines, "opencx": self.opencx, "vapi": self.vapi}
