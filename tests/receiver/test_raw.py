from __future__ import annotations

from receiver.raw import RawDelivery


def test_headers_are_found_whatever_their_case() -> None:
    raw = RawDelivery(b"", {"x-one": "1"})
    assert (raw.header("X-One"), raw.header("x-two")) == ("1", "")


def test_the_time_has_a_zone() -> None:
    assert RawDelivery(b"").received_at.tzinfo is not None
