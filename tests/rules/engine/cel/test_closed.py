from __future__ import annotations

import pytest

from rules.engine.cel.closed import OUTCOMES, VALUES, fault
from store.event import KINDS, visible_types


@pytest.mark.parametrize(
    ("subject", "value", "hint"),
    [
        ("call.status", "completed", 'did you mean "ended"?'),
        ("call.status", "ringign", 'did you mean "ringing"?'),
        ("call.direction", "incoming", 'did you mean "inbound"?'),
        ("detection.result", "voicemail", 'did you mean "machine"?'),
        ("weekday", "Monday", 'did you mean "mon"?'),
        ("weekday", "vrijdag", "mon, tue, wed"),
        ("time", "9:00", 'did you mean "09:00"?'),
        ("time", "25:00", "two digits"),
        ("date", "25-12-2026", 'did you mean "2026-12-25"?'),
        ("date", "2026-02-30", "2026-12-25"),
        ("date", "20261225", "2026-12-25"),
        ("phone.country", "nl", 'did you mean "NL"?'),
        ("phone.country", "uk", 'did you mean "GB"?'),
        ("call.from", "06 12345678", "+31612340001"),
        ("call.to", "0031612345678", "+31612345678"),
        ("call.to", "+31 6 12345678", "+31612340001"),
    ],
)
def test_values_that_never_come(subject: str, value: str, hint: str) -> None:
    assert hint in fault(subject, value, VALUES.get(subject, ()))


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        ("call.status", "ended"), ("call.status", ""), ("weekday", "mon"), ("time", "09:00"), ("time", "24:00"),
        ("date", "2026-02-28"), ("phone.country", "NL"), ("phone.country", ""), ("call.from", "+31612340001"),
        ("call.from", "201"), ("call.from", "sip:a@example.com"), ("call.from", ""), ("call.id", "completed"),
    ],
)  # fmt: skip
def test_values_that_may_come(subject: str, value: str) -> None:
    assert fault(subject, value, VALUES.get(subject, ())) == ""


def test_an_outcome_is_never_empty() -> None:
    assert "never" in fault("steps.x.outcome", "", OUTCOMES)
    assert 'did you mean "failed"?' in fault("steps.x.outcome", "failure", OUTCOMES)


def test_every_name_is_one_that_some_kind_has() -> None:
    known = {name for kind in KINDS.values() for name in visible_types(kind)}
    assert VALUES.keys() - known == set()
