"""Statuses, directions, roles and parties."""

from __future__ import annotations

import pytest

from receiver.providers.vapi import words


@pytest.mark.parametrize(
    ("native", "kind", "reason", "ours"),
    [
        ("ringing", "status-update", "", "ringing"),
        ("in-progress", "status-update", "", "in-progress"),
        ("forwarding", "status-update", "", "forwarding"),
        ("ended", "status-update", "customer-ended-call", "ended"),
        ("ended", "status-update", "call.forwarding.no-answer", "ended"),
        ("ended", "status-update", "customer-did-not-answer", "ended"),
        ("ended", "status-update", "assistant-request-returned-forwarding-phone-number", "ended"),
        ("ended", "status-update", "assistant-request-returned-no-assistant", "failed"),
        ("ended", "status-update", "assistant-request-failed", "failed"),
        ("ended", "status-update", "call.start.error-get-org", "failed"),
        ("ended", "status-update", "pipeline-error-openai-llm-failed", "failed"),
        ("ended", "status-update", "twilio-failed-to-connect-call", "failed"),
        ("in-progress", "tool-calls", "an-error", "in-progress"),
        ("scheduled", "status-update", "", ""),
        ("deletion-failed", "status-update", "", ""),
        ("", "assistant-request", "", "ringing"),
        ("brand-new", "tool-calls", "", "in-progress"),
    ],
)
def test_statuses(native: str, kind: str, reason: str, ours: str) -> None:
    assert words.status(native, kind, reason) == ours


@pytest.mark.parametrize(("native", "ours"), [("bot", "assistant"), ("user", "user"), (None, ""), ([], "")])
def test_roles(native: object, ours: str) -> None:
    assert words.role(native) == ours


@pytest.mark.parametrize(
    "hidden", ["anonymous", "+anonymous", "Restricted", "sip:anonymous@anonymous.invalid", "", None, {}]
)
def test_a_hidden_caller_is_nobody(hidden: object) -> None:
    assert words.party(hidden) == ""


def test_a_party_is_a_number_or_an_address() -> None:
    assert words.party(" +31612340001 ") == "+31612340001"
    assert words.party("sip:ada@example.com") == "sip:ada@example.com"
