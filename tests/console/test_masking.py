from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.masking import mask_numbers


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("+31612340001", "+316•••••01"),
        ('call.to == "+31850000001" && x', 'call.to == "+318•••••01" && x'),
        ("https://crm/c?phone=%2B31612340001&x=1", "https://crm/c?phone=%2B316•••••01&x=1"),
        ("call-_+31612340001_49c8de4d", "call-_+316•••••01_49c8de4d"),
        ("sip:+31612340001@host", "sip:+316•••••01@host"),
        ("0031612340001 rang", "0031•••••01 rang"),
        ("+31 6 1234 0001", "+31 •••••01"),
        ("+1 (415) 555-0100.", "+1 (•••••00."),
    ],
)
def test_numbers_are_masked_in_every_writing(told: str, shown: str) -> None:
    assert mask_numbers(told) == shown


@pytest.mark.parametrize(
    "told",
    [
        "evt_01a1fbf463048f1b52c1d8ea80ba3414",
        "sha256:001234567890",
        "2026-11-21T02:34:18.968+00:00",
        "2026-11-21T02:34:18.968+10:00",
        "0.0012345678",
        "1795228450",
        "f47ac10b-58cc-0012-a567-0e02b2c3d479",
        "+12 apples",
    ],
)
def test_what_is_no_number_stays(told: str) -> None:
    assert mask_numbers(told) == told


def test_maps_lists_and_keys_are_walked() -> None:
    record = {"+31612340001": [{"to": "+31850000001"}, 3, None, True]}
    assert mask_numbers(record) == {"+316•••••01": [{"to": "+318•••••01"}, 3, None, True]}


@pytest.mark.parametrize("writing", ["31612340001", "0612340001", "612340001", "0031612340001", "+31612340001"])
def test_known_numbers_are_masked_in_any_notation(writing: str) -> None:
    shown = mask_numbers(f"phone={writing};", ["+31612340001"])
    assert "1234000" not in shown
    assert shown.startswith("phone=")
    assert shown.endswith("01;")


def test_short_known_numbers_hide_nothing_by_accident() -> None:
    assert mask_numbers("status 200 at 112", ["112", "", "anonymous"]) == "status 200 at 112"


@given(st.from_regex(r"\+[1-9][0-9]{9,14}", fullmatch=True), st.text(max_size=20), st.text(max_size=20))
def test_no_e164_number_ever_survives(number: str, before: str, after: str) -> None:
    assert number not in str(mask_numbers(f"{before}{number}{after}"))
