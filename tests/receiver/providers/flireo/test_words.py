"""Native words in neutral ones."""

from __future__ import annotations

import pytest

from receiver.providers.flireo import words


@pytest.mark.parametrize(
    ("native", "neutral"),
    [
        ("ringing", "ringing"),
        ("connecting", "ringing"),
        ("in-progress", "in-progress"),
        ("In_Progress", "in-progress"),
        ("transferred", "forwarding"),
        ("ended", "ended"),
        ("ended-with-error", "failed"),
        ("ended-with-debugging", "failed"),
        ("insufficient-credits", "failed"),
        ("on-hold", ""),
        ("", ""),
    ],
)
def test_status(native: str, neutral: str) -> None:
    assert words.status(native, "status-update") == neutral


def test_a_kind_implies_a_status_where_none_is_known() -> None:
    assert words.status("", "tool-calls") == "in-progress"
    assert words.status("on-hold", "tool-calls") == "in-progress"
    assert words.status("ended-with-error", "end-of-call-report") == "failed"


@pytest.mark.parametrize(
    ("native", "reason", "problem", "wanted"),
    [
        ("ended", "user_hangup", "", "user_hangup"),
        ("ended", "", "", ""),
        ("in-progress", "", "", ""),
        ("ended-with-error", "", "no voice", "ended-with-error: no voice"),
        ("ended-with-error", "pipeline_error", "no voice", "pipeline_error: no voice"),
        ("rejected", "", "", "rejected"),
        ("on-hold", "", "", "on-hold"),
        ("", "", "", ""),
    ],
)
def test_ended_reason(native: str, reason: str, problem: str, wanted: str) -> None:
    assert words.ended_reason(native, reason, problem) == wanted


def test_problem_text() -> None:
    assert words.problem_text("no voice") == "no voice"
    assert words.problem_text({"message": "no voice", "code": 7}) == "no voice"
    assert words.problem_text({"code": 7}) == '{"code":7}'
    assert words.problem_text({}) == words.problem_text(None) == words.problem_text([1]) == ""


@pytest.mark.parametrize(
    ("native", "neutral"),
    [
        ("inboundPhoneCall", "inbound"),
        ("inbound_phone_call", "inbound"),
        ("outboundPhoneCall", "outbound"),
        ("outbound_phone_call", "outbound"),
        ("webCall", "web"),
        ("web_call", "web"),
        ("phone_call", ""),
        ("", ""),
        (None, ""),
        (["inbound_phone_call"], ""),
    ],
)
def test_direction(native: object, neutral: str) -> None:
    assert words.direction(native) == neutral


@pytest.mark.parametrize(
    "hidden", [None, "", " ", "Anonymous", "sip:anonymous@anonymous.invalid", "restricted", {}, True]
)
def test_nobody(hidden: object) -> None:
    assert words.party(hidden) == ""


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (" +31612340001 ", "+31612340001"),
        (31612340001, "31612340001"),
        ("sip:desk@example.com", "sip:desk@example.com"),
    ],
)
def test_somebody(number: object, wanted: str) -> None:
    assert words.party(number) == wanted
