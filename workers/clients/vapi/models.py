"""What Vapi answers. Fields that only configure speech are kept as they come; none is required.

Numbers and assistants embed credentials (of carriers, servers, models): never send back what was read.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from workers.clients.base import Lenient


class Customer(Lenient):
    """The person on the line."""

    number: str | None = None
    sip_uri: str | None = Field(None, alias="sipUri")
    name: str | None = None
    external_id: str | None = Field(None, alias="externalId")


class PhoneNumber(Lenient):
    """A number of the account, with whichever carrier. An assistant answers it, a squad, a workflow or nobody."""

    id: str | None = None
    org_id: str | None = Field(None, alias="orgId")
    provider: str | None = None
    number: str | None = None
    sip_uri: str | None = Field(None, alias="sipUri")
    name: str | None = None
    status: str | None = None
    assistant_id: str | None = Field(None, alias="assistantId")
    squad_id: str | None = Field(None, alias="squadId")
    workflow_id: str | None = Field(None, alias="workflowId")
    server: dict[str, Any] | None = None
    created_at: str | None = Field(None, alias="createdAt")
    updated_at: str | None = Field(None, alias="updatedAt")


class PageMetadata(Lenient):
    """Where a page stands among the others."""

    items_per_page: float | None = Field(None, alias="itemsPerPage")
    total_items: float | None = Field(None, alias="totalItems")
    current_page: float | None = Field(None, alias="currentPage")


class NumberPage(Lenient):
    """A numbered page of numbers."""

    results: list[PhoneNumber] | None = None
    metadata: PageMetadata | None = None


class Assistant(Lenient):
    """A saved assistant."""

    id: str | None = None
    org_id: str | None = Field(None, alias="orgId")
    name: str | None = None
    first_message: str | None = Field(None, alias="firstMessage")
    model: dict[str, Any] | None = None
    voice: dict[str, Any] | None = None
    server: dict[str, Any] | None = None
    server_messages: list[Any] | None = Field(None, alias="serverMessages")
    metadata: dict[str, Any] | None = None
    created_at: str | None = Field(None, alias="createdAt")
    updated_at: str | None = Field(None, alias="updatedAt")


class Monitor(Lenient):
    """Where a live call is listened to and controlled; who knows the URLs may do both."""

    listen_url: str | None = Field(None, alias="listenUrl")
    control_url: str | None = Field(None, alias="controlUrl")


class Analysis(Lenient):
    """What was found out afterwards."""

    summary: str | None = None
    structured_data: Any = Field(None, alias="structuredData")
    success_evaluation: str | None = Field(None, alias="successEvaluation")


class Artifact(Lenient):
    """What is left of a call."""

    transcript: str | None = None
    recording_url: str | None = Field(None, alias="recordingUrl")
    stereo_recording_url: str | None = Field(None, alias="stereoRecordingUrl")
    messages: list[Any] | None = None


class Call(Lenient):
    """A call. Lists bring it whole, artifacts included."""

    id: str | None = None
    org_id: str | None = Field(None, alias="orgId")
    name: str | None = None
    type: str | None = None
    status: str | None = None
    ended_reason: str | None = Field(None, alias="endedReason")
    customer: Customer | None = None
    phone_number_id: str | None = Field(None, alias="phoneNumberId")
    phone_number: PhoneNumber | None = Field(None, alias="phoneNumber")
    assistant_id: str | None = Field(None, alias="assistantId")
    monitor: Monitor | None = None
    analysis: Analysis | None = None
    artifact: Artifact | None = None
    cost: float | None = None
    created_at: str | None = Field(None, alias="createdAt")
    started_at: str | None = Field(None, alias="startedAt")
    ended_at: str | None = Field(None, alias="endedAt")
    updated_at: str | None = Field(None, alias="updatedAt")
