"""What Flireo answers. No field is promised by the documentation, so none is required."""

from __future__ import annotations

from typing import Any

from workers.clients.base import Lenient, text


class LinkedNumber(Lenient):
    """A number as an assistant's phone-number endpoints show it; `origin` is in reads only."""

    id: str | None = None
    number: str | None = None
    type: str | None = None
    locality: str | None = None
    origin: str | None = None


class AssistantNumber(Lenient):
    """Which number an assistant has."""

    assistant_id: str | None = None
    assistant_name: str | None = None
    phone_number: LinkedNumber | None = None


class AssistantNumberAnswer(Lenient):
    """GET /v1/assistants/{id}/phone-number."""

    data: AssistantNumber | None = None


class LinkResult(Lenient):
    """What linking changed; `released_assistants` counts those that lost a shared default number."""

    assistant_id: str | None = None
    phone_number: LinkedNumber | None = None
    previous_phone_number_id: str | None = None
    released_assistants: int | None = None


class LinkAnswer(Lenient):
    """POST /v1/assistants/{id}/phone-number."""

    message: str | None = None
    data: LinkResult | None = None


class UnlinkResult(Lenient):
    """What unlinking freed."""

    assistant_id: str | None = None
    unlinked_phone_number: LinkedNumber | None = None


class UnlinkAnswer(Lenient):
    """DELETE /v1/assistants/{id}/phone-number."""

    message: str | None = None
    data: UnlinkResult | None = None


class LinkedAssistant(Lenient):
    """The assistant a listed number points to."""

    id: str | None = None
    name: str | None = None


class OwnNumber(Lenient):
    """A number of the account, or a shared default one (which tells no assistant)."""

    id: str | None = None
    phone_number: str | None = None
    locality: str | None = None
    number_type: str | None = None
    available: bool | None = None
    created_at: str | None = None
    linked_assistant: LinkedAssistant | None = None


class Meta(Lenient):
    """Where a page lies in its list."""

    total: int | None = None
    limit: int | None = None
    offset: int | None = None


class OwnNumbers(Lenient):
    """GET /v1/phone-numbers."""

    data: list[OwnNumber] | None = None
    shared_numbers: list[OwnNumber] | None = None
    meta: Meta | None = None


class OfferedNumber(Lenient):
    """A number that can be ordered; an order costs credits."""

    phone_number: str | None = None
    number_type: str | None = None
    locality: str | None = None
    features: list[Any] | None = None
    cost: dict[str, Any] | None = None
    reservable: bool | None = None


class OfferedNumbers(Lenient):
    """GET /v1/phone-numbers/available."""

    data: list[OfferedNumber] | None = None
    meta: dict[str, Any] | None = None


class OrderResult(Lenient):
    """What became of an order when it was placed."""

    order_id: str | None = None
    phone_number: str | None = None
    number_type: str | None = None
    status: str | None = None
    credits_used: float | None = None
    remaining_credits: float | None = None


class OrderAnswer(Lenient):
    """POST /v1/phone-numbers."""

    message: str | None = None
    data: OrderResult | None = None


class Order(Lenient):
    """An order; the list leaves out the ids outside."""

    id: str | None = None
    phone_number: str | None = None
    status: str | None = None
    number_type: str | None = None
    requirements_met: bool | None = None
    ordered_at: str | None = None
    verification_group: dict[str, Any] | None = None
    external_order_id: str | None = None
    external_sub_order_id: str | None = None


class OrderDetails(Lenient):
    """GET /v1/phone-number-orders/{id}."""

    data: Order | None = None


class Orders(Lenient):
    """GET /v1/phone-number-orders."""

    data: list[Order] | None = None
    meta: Meta | None = None


class Number(Lenient):
    """A number of the later generations."""

    id: str | None = None
    phone_number: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    assistant_id: str | None = None
    assistant_name: str | None = None
    business_name: str | None = None
    transfer_trunk_id: str | None = None
    transfer_trunk_name: str | None = None
    workflow_id: str | None = None
    workflow_name: str | None = None
    source: str | None = None
    is_active: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def agent(self) -> str:
        """The agent's id under either of its names."""
        return text(self.agent_id) or text(self.assistant_id)

    @property
    def states_agent(self) -> bool:
        """Whether the answer says anything about the agent."""
        return bool(self.model_fields_set & {"agent_id", "assistant_id"})


class Numbers(Lenient):
    """GET /numbers."""

    numbers: list[Number] | None = None
    pagination: Meta | None = None


class NumberAnswer(Lenient):
    """GET and PATCH /numbers/{id}."""

    number: Number | None = None


class Assistant(Lenient):
    """An assistant (an agent, in the second generation's words)."""

    id: str | None = None
    name: str | None = None
    business_name: str | None = None
    first_message: str | None = None
    is_active: bool | None = None
    max_duration_seconds: int | None = None
    webhook_url: str | None = None
    webhook_secret: str | None = None
    webhook_events: list[Any] | None = None
    analysis_plan: dict[str, Any] | None = None
    stt_config: dict[str, Any] | None = None
    llm_config: dict[str, Any] | None = None
    tts_config: dict[str, Any] | None = None
    speech_config: dict[str, Any] | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Assistants(Lenient):
    """GET /assistants or its alias /agents."""

    assistants: list[Assistant] | None = None
    agents: list[Assistant] | None = None
    pagination: Meta | None = None


class AssistantAnswer(Lenient):
    """GET and PATCH /assistants/{id} or its alias /agents/{id}."""

    assistant: Assistant | None = None
    agent: Assistant | None = None


class ControlAnswer(Lenient):
    """POST /calls/{id}/control."""

    success: bool | None = None
    message: str | None = None


class Call(Lenient):
    """A call. Guide pages print `agent_phone` and `assistant_name` where the API's own pages have the other pair."""

    id: str | None = None
    caller_phone: str | None = None
    assistant_phone: str | None = None
    agent_phone: str | None = None
    phone_number: str | None = None
    status: str | None = None
    direction: str | None = None
    end_reason: str | None = None
    error: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    duration_seconds: float | None = None
    summary: str | None = None
    messages: list[Any] | None = None
    recording_url: str | None = None
    agent_id: str | None = None
    assistant_id: str | None = None
    number_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def agent(self) -> str:
        """The agent's id under either of its names."""
        return text(self.agent_id) or text(self.assistant_id)

    @property
    def line(self) -> str:
        """Our own number."""
        return text(self.assistant_phone) or text(self.agent_phone) or text(self.phone_number)


class Calls(Lenient):
    """GET /calls."""

    calls: list[Call] | None = None
    pagination: Meta | None = None


class OutboundAnswer(Lenient):
    """POST /calls/outbound."""

    success: bool | None = None
    call_id: str | None = None
    status: str | None = None
