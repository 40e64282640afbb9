"""Bytes are compared as they were on the wire, and nothing equals nothing never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.auth.compare import same, wire_bytes


def test_equal_bytes_are_the_same() -> None:
    assert same(b"abc", b"abc")


@pytest.mark.parametrize("other", [b"", b"ab", b"abcd", b"abC"])
def test_other_bytes_are_not(other: bytes) -> None:
    assert not same(other, b"abc")


def test_an_empty_expectation_is_met_by_nothing() -> None:
    assert not same(b"", b"")


def test_a_header_read_as_latin1_gives_back_its_bytes() -> None:
    sent = "geheim€".encode()
    assert wire_bytes(sent.decode("latin-1")) == sent


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_any_text_becomes_bytes(text: str) -> None:
    assert isinstance(wire_bytes(text), bytes)
