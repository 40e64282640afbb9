"""What Fluents answers. References come expanded (an object) or normalised (an id); both are read, nothing is required.

Agents, numbers, calls and account connections embed live credentials: never send back what was read.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from workers.clients.base import Lenient


class Paged(Lenient):
    """A page of any list; offered numbers come with `items` and `total` alone."""

    items: list[Any] | None = None
    page: int | None = None
    size: int | None = None
    has_more: bool | None = None
    total: int | None = None
    total_is_estimated: bool | None = None


class AccountConnection(Lenient):
    """A carrier or model account; `credentials` are the real ones."""

    id: str | None = None
    user_id: str | None = None
    type: str | None = None
    credentials: dict[str, Any] | None = None
    config: dict[str, Any] | None = None
    label: str | None = None
    description: str | None = None
    steering_pool: list[str] | None = None
    account_supports_any_caller_id: bool | None = None


class Prompt(Lenient):
    """What an agent is told to do."""

    id: str | None = None
    user_id: str | None = None
    label: str | None = None
    description: str | None = None
    content: str | None = None
    context_endpoint: str | None = None
    collect_fields: list[Any] | None = None
    type: str | None = None
    tags: list[str] | None = None
    prompt_template: dict[str, Any] | None = None


class Action(Lenient):
    """Something an agent can do. The types differ from page to page, so any text is one.

    The `config` of an external action carries its `signature_secret`.
    """

    id: str | None = None
    user_id: str | None = None
    type: str | None = None
    config: dict[str, Any] | None = None
    label: str | None = None
    description: str | None = None
    action_trigger: dict[str, Any] | None = None


class Webhook(Lenient):
    """Where the events of the agents that name it go. It has no secret."""

    id: str | None = None
    user_id: str | None = None
    subscriptions: list[Any] | None = None
    url: str | None = None
    method: str | None = None
    label: str | None = None
    description: str | None = None
    account_connection_id: str | None = None


class Voice(Lenient):
    """A voice of one of several makers, each with fields of its own; some carry an `api_key`."""

    id: str | None = None
    user_id: str | None = None
    type: str | None = None
    voice_id: str | None = None
    label: str | None = None


class Agent(Lenient):
    """An agent in either documented form; fields that only configure speech are kept as they come."""

    id: str | None = None
    user_id: str | None = None
    name: str | None = None
    label: str | None = None
    description: str | None = None
    language: str | None = None
    prompt: str | Prompt | None = None
    actions: list[str | Action] | None = None
    voice: str | Voice | None = None
    initial_message: str | None = None
    webhook: str | Webhook | None = None
    context_endpoint: str | None = None
    openai_account_connection: str | AccountConnection | None = None


class Number(Lenient):
    """A phone number; of a number on offer only `number` is sure to mean anything."""

    id: str | None = None
    user_id: str | None = None
    number: str | None = None
    active: bool | None = None
    label: str | None = None
    inbound_agent_name: str | None = None
    outbound_only: bool | None = None
    example_context: dict[str, Any] | None = None
    telephony_provider: str | dict[str, Any] | None = None
    description: str | None = None
    inbound_agent: str | Agent | None = None
    telephony_account_connection: str | AccountConnection | None = None


class ActionTaken(Lenient):
    """One entry of a call's `action_history`.

    The `result` of an external action has `json`, `http_status_code` and `error`.
    """

    event_type: str | None = None
    timestamp: str | float | None = None
    action_id: str | None = None
    action_type: str | None = None
    action_label: str | None = None
    parameters: dict[str, Any] | None = None
    result: Any = None


class Call(Lenient):
    """A call. Times come as ISO 8601, as numbers or as text; `context` is what was sent along when it was made."""

    id: str | None = None
    user_id: str | None = None
    status: str | None = None
    error_message: str | None = None
    errors: list[Any] | None = None
    recording_available: bool | None = None
    transcript: str | None = None
    human_detection_result: str | None = None
    do_not_call_result: bool | None = None
    telephony_id: str | None = None
    telephony_metadata: dict[str, Any] | None = None
    stage: str | None = None
    stage_outcome: str | None = None
    start_time: str | float | None = None
    end_time: str | float | None = None
    to_number: str | None = None
    from_number: str | None = None
    agent: str | Agent | None = None
    agent_phone_number: str | Number | None = None
    telephony_provider: str | dict[str, Any] | None = None
    telephony_account_connection: str | AccountConnection | None = None
    context: dict[str, Any] | None = None
    is_outgoing: bool | None = None
    action_history: list[ActionTaken] | None = None


class DncNumber(Lenient):
    """A number that must not be called; the one thing that is written in camelCase."""

    id: str | None = None
    phone_number: str | None = Field(None, alias="phoneNumber")
    user_id: str | None = Field(None, alias="userId")
    reason: str | None = None
    created_at: str | float | None = Field(None, alias="createdAt")
    updated_at: str | float | None = Field(None, alias="updatedAt")


class Usage(Lenient):
    """The minutes of the month, as the ancestor told them."""

    user_id: str | None = None
    plan_type: str | None = None
    monthly_usage_minutes: float | None = None
    monthly_usage_limit_minutes: float | None = None
