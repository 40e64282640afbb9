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


class Contact(Lenient):
    """The person on the other side of a conversation."""

    id: str | None = None
    email: str | None = None
    phone_number: str | None = None
    name: str | None = None


class Session(Lenient):
    """A conversation; a phone call is one, or a part of one when the same person has called before."""

    id: str | None = None
    status: str | None = None
    ai_closure_type: str | None = None
    summary: str | None = None
    channel: dict[str, Any] | None = None
    contact: Contact | None = None
    created_at: str | None = None
    updated_at: str | None = None
