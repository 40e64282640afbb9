"""Entries have a beginning and an end; deliveries have an age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.auth.errors import BadSignature
from receiver.auth.window import check_fresh, check_valid
from store.connections import AuthEntry

NOW = datetime.fromtimestamp(1767000000, UTC)


@pytest.mark.parametrize(
    "timestamp",
    ["1767000000", "1766999700", "1767000300", "1767000000123", "1766999700000", "01767000000"],
)
def test_inside_the_window(timestamp: str) -> None:
    check_fresh(timestamp, NOW, 300)


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "1766999699",
        "1767000301",
        "1766999699999",
        "0",
        "-1767000000",
        "+1767000000",
        "1767000000.5",
        "1767000000,1767000000",
        " 1767000000",
        "1767000000\n",
        "١٧٦٧٠٠٠٠٠٠",
        "9" * 5000,
        "9" * 16,
        "inf",
        "nan",
        "1e9",
        "0x69520440",
        "2026-01-05T09:30:00Z",
    ],
)
def test_outside_the_window_or_not_a_time(timestamp: str) -> None:
    with pytest.raises(BadSignature):
        check_fresh(timestamp, NOW, 300)


@given(st.text())
def test_any_text_is_judged(timestamp: str) -> None:
    try:
        check_fresh(timestamp, NOW, 300)
    except BadSignature:
        return
    assert timestamp.isdigit()


def test_the_tolerance_can_be_wider_and_narrower() -> None:
    check_fresh("1766999000", NOW, 1000)
    with pytest.raises(BadSignature, match="window"):
        check_fresh("1766999999", NOW, 0)


def test_a_tolerance_that_is_no_number_lets_nothing_through() -> None:
    with pytest.raises(BadSignature, match="window"):
        check_fresh("1767000000", NOW, float("nan"))


def test_validity_includes_both_ends() -> None:
    check_valid(AuthEntry(scheme="none", not_before=NOW, not_after=NOW), NOW)


def test_before_and_after() -> None:
    with pytest.raises(BadSignature, match="not valid yet"):
        check_valid(AuthEntry(scheme="none", not_before=NOW + timedelta(seconds=1)), NOW)
    with pytest.raises(BadSignature, match="no longer"):
        check_valid(AuthEntry(scheme="none", not_after=NOW - timedelta(seconds=1)), NOW)


def test_times_without_a_zone_are_utc() -> None:
    naive = NOW.replace(tzinfo=None)
    check_valid(AuthEntry(scheme="none", not_before=naive, not_after=naive), NOW)
    check_fresh("1767000000", naive, 0)
