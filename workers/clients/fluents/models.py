"""What Fluents answers. References come expanded (an object) or normalised (an id); both are read, nothing is required.

Agents, numbers and account connections embed live credentials: never send back what was read.
"""

from __future__ import annotations

from typing import Any

from workers.clients.base import Lenient


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


class Agent(Lenient):
    """An agent in either documented form; fields that only configure speech are kept as they come."""

    id: str | None = None
    user_id: str | None = None
    name: str | None = None
    label: str | None = None
    description: str | None = None
    language: str | None = None
    prompt: str | Prompt | None = None
    actions: list[Any] | None = None
    voice: str | dict[str, Any] | None = None
    initial_message: str | None = None
    webhook: str | dict[str, Any] | None = None
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


class NumberPage(Lenient):
    """A page of numbers, or the offered ones, which come with `items` and `total` alone."""

    items: list[Number] | None = None
    page: int | None = None
    size: int | None = None
    has_more: bool | None = None
    total: int | None = None
    total_is_estimated: bool | None = None


class AgentPage(Lenient):
    """A page of agents."""

    items: list[Agent] | None = None
    page: int | None = None
    size: int | None = None
    has_more: bool | None = None
    total: int | None = None
    total_is_estimated: bool | None = None


class Call(Lenient):
    """A call. Times come as ISO 8601, as numbers or as text; `context` is what was sent along when it was made."""

    id: str | None = None
    user_id: str | None = None
    status: str | None = None
    error_message: str | None = None
    recording_available: bool | None = None
    transcript: str | None = None
    stage: str | None = None
    stage_outcome: str | None = None
    start_time: str | float | None = None
    end_time: str | float | None = None
    to_number: str | None = None
    from_number: str | None = None
    agent: str | Agent | None = None
    context: dict[str, Any] | None = None
    is_outgoing: bool | None = None
    telephony_account_connection: str | AccountConnection | None = None


class CallPage(Lenient):
    """A page of calls."""

    items: list[Call] | None = None
    page: int | None = None
    size: int | None = None
    has_more: bool | None = None
    total: int | None = None
    total_is_estimated: bool | None = None
