from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.caller import BadNumber, Caller

ADA = Caller("31", "612340001")
REGIONS = ("NL", "US", "GB", "DE", "FR", "BE", "IT", "SG", "CH", "ES")
SEPARATORS = st.sampled_from(["", " ", "-", ".", "\u00a0"])


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("+31612340001", ""), ("0031612340001", ""), ("31612340001", ""), ("0612340001", "NL"),
        ("06-12 34 00 01", "nl"),
        ("+31 (0)6 1234 0001", ""), ("tel:+31612340001", ""), ("%2B31612340001", ""), (" +31-6-12340001 ", "US"),
    ],
)  # fmt: skip
def test_any_notation_is_the_same_caller(written: str, region: str) -> None:
    assert Caller.parse(written, region) == ADA
    assert ADA.e164 == "+31612340001"


@pytest.mark.parametrize("written", ["", "anonymous", "0612340001", "112", "+", "+999999", "12345"])
def test_what_is_no_number_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(BadNumber, match="--region NL"):
        Caller.parse(written)


@pytest.mark.parametrize(
    "text",
    [
        '{"from": "+31612340001"}', "0031612340001", "my number is 06 12 34 00 01.", "06-12340001", "tel:31612340001",
        "?phone=%2B31612340001&x=1", '"\\u002b31612340001"', "+31 (0)6 1234 0001", "31612340001", "612340001",
        "hs:memory:caller:+31612340001", "2026-03-02 0612340001",
    ],
)  # fmt: skip
def test_the_number_is_found_in_every_notation(text: str) -> None:
    assert ADA.is_in(text)
    assert re.search(ADA.pattern.replace("%W", r"\W"), text)


@pytest.mark.parametrize(
    "text",
    [
        "", "+32612340001", "+32 612340001", "0032 612340001", "+316123400012", "16123400013", "evt_99612340001",
        "+31612340002",
    ],
)  # fmt: skip
def test_another_number_is_another_caller(text: str) -> None:
    assert not ADA.is_in(text)


@pytest.mark.parametrize("value", [b"tel 06 1234\xc2\xa00001", b"\xff\x000612340001\xfe", b"6(1)2/3.4-0 0 0 1"])
def test_it_is_found_in_bytes(value: bytes) -> None:
    assert ADA.is_in_bytes(value)
    assert not ADA.is_in_bytes(value.replace(b"1", b"7", 1))
    assert not ADA.is_in_bytes(b"evt_99612340001")


def test_what_stands_between_digits_is_told_by_its_beginning() -> None:
    between = {each.encode()[:2] for each in ADA.between}
    fitting = {chr(code).encode()[:2] for code in range(0x3100) if ADA.is_in(f"61{chr(code)}2340001")}
    assert between == fitting


@st.composite
def numbers(draw: st.DrawFn) -> tuple[Caller, str]:
    """A real mobile number's form of some country, with other digits at its end."""
    region = draw(st.sampled_from(REGIONS))
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    national = phonenumbers.national_significant_number(example)
    end = draw(st.integers(0, 9999))
    return Caller(str(example.country_code), f"{national[:-4]}{end:04}"), region


@given(numbers(), SEPARATORS, st.sampled_from(["", "x ", "(", '"', ": "]), st.sampled_from(["", " x", ")", '"', "."]))
def test_every_caller_is_read_and_found_in_every_notation(
    found: tuple[Caller, str], separator: str, before: str, behind: str
) -> None:
    caller, region = found
    parsed = phonenumbers.parse(caller.e164, None)
    formats = phonenumbers.PhoneNumberFormat
    notations = [phonenumbers.format_number(parsed, form) for form in (formats.E164, formats.NATIONAL)]
    notations += [f"00{caller.e164[1:]}", caller.e164[1:], phonenumbers.format_number(parsed, formats.INTERNATIONAL)]
    notations.append(f"+{caller.country} {separator.join(caller.national)}")
    for notation in notations:
        assert caller.is_in(f"{before}{notation}{behind}"), notation
        assert re.search(caller.pattern.replace("%W", r"\W"), notation)
        assert Caller.parse(notation, region) == caller


@given(numbers(), st.integers(1, 9))
def test_no_other_number_is_taken_for_it(found: tuple[Caller, str], by: int) -> None:
    caller, _ = found
    last = (int(caller.national[-1]) + by) % 10
    assert not caller.is_in(f"+{caller.country}{caller.national[:-1]}{last}")
    assert not caller.is_in(f"{caller.e164}{last}")


def test_a_fingerprint_tells_nothing_and_proves_the_number() -> None:
    made = ADA.fingerprint()
    assert ADA.national not in made
    assert made != ADA.fingerprint()
    assert ADA.is_behind(made)
    assert not Caller("31", "612340002").is_behind(made)
    assert not ADA.is_behind("nonsense")
