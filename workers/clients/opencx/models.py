"""What OpenCX answers. Its own example leaves out fields its schema requires, so none is required here."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from workers.clients.base import Lenient


class PhoneAgent(Lenient):
    """A phone agent together with the number it answers."""

    id: str | None = None
    org_id: str | None = None
    phone_number: str | None = None
    name: str | None = None
    type: str | None = None
    language: str | list[str] | None = None
    accent: str | None = None
    handoff_phone_number: str | None = None
    voice_id: str | None = None
    first_message: str | None = None
    provider_external_id: str | None = None
    custom_llm: str | None = None
    data_collection_webhook_url: str | None = None
    speed: float | None = None
    interruptible: bool | None = None
    manual_mode: bool | None = None
    use_org_knowledgebase: bool | None = None
    recording_enabled: bool | None = None
    action_ids: list[str] | None = Field(None, alias="actionIds")
    """None: may use every action; empty: none."""
    instructions: list[str] | None = None
    data_collection_fields: list[str] | None = None
    model: str | None = None
    flow: Any = None
    background_noise_preset: str | None = None
    stt_keyterms: list[str] | None = None
    stt_model: str | None = None
    tts_speed_pct: int | None = None
    failover_transfer_destination_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Voice(Lenient):
    """A voice an agent can have."""

    voice_id: str | None = None
    name: str | None = None
    description: str | None = None
    preview_url: str | None = None
    labels: dict[str, Any] | None = None


class InboundTrunk(Lenient):
    """Numbers that come in by SIP. `auth_password` is cut out of whatever is recorded."""

    id: str | None = None
    sip_endpoint: str | None = None
    auth_username: str | None = None
    auth_password: str | None = None
    phone_numbers: list[str] | None = None
    krisp_enabled: bool | None = None
    agent_id_header: str | None = None


class OutboundTrunk(Lenient):
    """A way out by SIP."""

    id: str | None = None
    name: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Destination(Lenient):
    """Where calls may be transferred to."""

    id: str | None = None
    name: str | None = None
    type: str | None = None
    value: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Attached(Lenient):
    """A destination that an agent may use now."""

    destination_id: str | None = None


class Contact(Lenient):
    """The person on the other side of a conversation."""

    id: str | None = None
    email: str | None = None
    phone_number: str | None = None
    name: str | None = None
    custom_data: dict[str, Any] | None = None


class Session(Lenient):
    """A conversation; a phone call is one, or a part of one when the same person has called before."""

    id: str | None = None
    status: str | None = None
    ai_closure_type: str | None = None
    sentiment: str | None = None
    summary: str | None = None
    ticket_number: int | None = None
    channel: dict[str, Any] | None = None
    contact: Contact | None = None
    language: str | None = None
    handoff: dict[str, Any] | None = None
    ai_phone_call_recording_url: str | None = None
    """Seen in the platform's own types only, not in a public answer."""
    created_at: str | None = None
    updated_at: str | None = None


class Sender(Lenient):
    """Who did something in a conversation: contact, ai or human_agent."""

    type: str | None = None
    name: str | None = None


class HistoryContent(Lenient):
    """What was said."""

    type: str | None = None
    text: str | None = None


class HistoryEvent(Lenient):
    """One thing in a conversation: a message, a handoff, a comment."""

    type: str | None = None
    sender: Sender | None = None
    content: HistoryContent | None = None


class HistoryItem(Lenient):
    """The same with its moment."""

    id: str | None = None
    created_at: str | None = None
    event: HistoryEvent | None = None


class Sent(Lenient):
    """What became of a message in the name of the contact."""

    success: bool | None = None
    data: dict[str, Any] | None = None


class SequencePlan(Lenient):
    """Steps that are taken one after the other for some people: mails, calls, messages."""

    id: str | None = None
    name: str | None = None
    status: str | None = None
    steps: list[Any] | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Added(Lenient):
    """People who were put into a sequence."""

    run_id: str | None = None


class Workflow(Lenient):
    """One version of an automation. Who knows its `webhook_url` may start it."""

    id: int | str | None = None
    workflow_id: str | None = None
    name: str | None = None
    description: str | None = None
    is_active: bool | None = None
    trigger_type: str | None = None
    version_number: int | None = None
    webhook_url: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class WorkflowRun(Lenient):
    """One run of an automation."""

    id: int | str | None = None
    workflow_id: str | None = None
    status: str | None = None
    trigger_cause: str | None = None
    duration_in_seconds: float | None = None
    run_started_at: str | None = None
    run_ended_at: str | None = None
    is_test_run: bool | None = None
    created_at: str | None = None


class AgentAction(Lenient):
    """A request that an agent can make."""

    id: str | None = None
    name: str | None = None
    status: str | None = None
    description: str | None = None
    api_endpoint: str | None = None
    request_type: str | None = None
    payload: dict[str, Any] | None = None
    operation_id: str | None = None
    enabled_on_channel: dict[str, Any] | None = None
    pinned: bool | None = None
    tags: list[str] | None = None
    is_handoff_like: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None
