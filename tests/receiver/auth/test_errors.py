"""A failed delivery carries its reason for the log."""

from __future__ import annotations

from receiver.auth.errors import BadEntry, BadSignature


def test_the_reason_is_a_field_and_a_bad_entry_is_caught_as_a_bad_signature() -> None:
    failure: BadSignature = BadEntry("the secret is empty")
    assert failure.reason == "the secret is empty"
    assert str(failure) == failure.reason
