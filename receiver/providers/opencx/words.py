"""The platform's words in ours: events of three vocabularies, directions, speakers.

The first vocabulary is that of its documentation, the second that of a page about its webhooks which disagrees with it,
the third an older proposal. Only names and ways of writing are known of the latter two.
"""

from __future__ import annotations

from collections.abc import Mapping

ACTION = "action"
DATA = "data_collection"
"""Our names for what comes in at the doors `tools` and `data`, where the platform has none."""

EVENTS: Mapping[str, str] = {
    "conversation.started": "message",
    "conversation.contact_response": "message",
    "conversation.ai_response": "message",
    "conversation.agent_response": "message",
    "conversation.third_party_agent_response": "message",
    "conversation.handoff_to_human": "action",
    "conversation.handoff_to_third_party_failed": "error",
    "conversation.closed": "unknown",
    "workflow.run.succeeded": "unknown",
    "workflow.run.failed": "error",
    "csat.requested": "unknown",
    "csat.score_submitted": "unknown",
    "phone_call.started": "call-started",
    "phone_call.ended": "call-ended",
    "call.started": "call-started",
    "call.ended": "call-ended",
    "call.failed": "call-ended",
    "transcript.ready": "transcript",
    "transfer.requested": "action",
    "transfer.completed": "action",
    "intent.detected": "unknown",
    "sentiment.scored": "unknown",
    "outcome.tagged": "unknown",
    "qa.scored": "unknown",
    "phone.incoming_call_started": "call-started",
    "phone.incoming_call_ended": "call-ended",
    "phone.outgoing_call_started": "call-started",
    "phone.outgoing_call_ended": "call-ended",
}
"""What is posted as an event, native → ours. For those that become `unknown` there is no neutral word."""

KINDS: Mapping[str, str] = {ACTION: "tool-calls", DATA: "data-collected", **EVENTS}

STATUSES: Mapping[str, str] = {"call-started": "in-progress", "call-ended": "ended"}
"""What a kind says about its call."""

TRANSFERS = frozenset({"transfer.requested", "transfer.completed"})
"""Natives whose parties are those of the transfer, not of the call."""

FAILED = frozenset({"call.failed"})
"""Natives of calls that ended in trouble."""

DIRECTIONS: Mapping[str, str] = {
    "incoming": "inbound",
    "inbound": "inbound",
    "outgoing": "outbound",
    "outbound": "outbound",
    "web": "web",
}

SPEAKERS: Mapping[str, str] = {
    "conversation.contact_response": "user",
    "conversation.ai_response": "assistant",
    "conversation.agent_response": "agent",
    "conversation.third_party_agent_response": "agent",
}
"""Who said a message: `agent` is a person at the desk. Who said a conversation's first one is not told."""

TELEPHONE = frozenset({"phone", "phone_voice"})
"""How the channel of a call is written: in webhooks, and in the REST API."""


def is_of_a_call(native: str) -> bool:
    """Whether the event speaks of a telephone call by its name alone."""
    return native.startswith(("phone_call.", "phone.", "call.", "transfer."))


def direction(native: str, stated: str) -> str:
    """What the event says, else what its name does."""
    named = {"phone.incoming": "inbound", "phone.outgoing": "outbound"}.get(native.partition("_")[0], "")
    return DIRECTIONS.get(stated.strip().lower(), "") or named
