"""Samples by name."""

from __future__ import annotations

import pytest

from receiver.providers.samples import UnknownSample, expected_events, load_sample, sample_names


def test_names_are_sorted_and_complete() -> None:
    names = sample_names()
    assert list(names) == sorted(names)
    assert {"flireo/assistant-request__g3", "flireo/tool-calls__g2"} <= set(names)


def test_a_sample_is_an_unsigned_delivery() -> None:
    raw = load_sample("flireo/assistant-request__g3")
    assert b"+31612340001" in raw.body
    assert raw.header("Content-Type") == "application/json"
    assert raw.header("x-webhook-signature") == ""


def test_the_twin() -> None:
    (twin,) = expected_events("flireo/assistant-request__g3")
    assert (twin["call"]["from"], twin["call"]["to"]) == ("+31612340001", "+31850000001")


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(UnknownSample, match="did you mean flireo/tool-calls__g2"):
        load_sample("flireo/tool-call__g2")


@pytest.mark.parametrize(
    "name", ["", "flireo", "flireo/../../../raw", "../flireo/samples/tool-calls__g2", "/etc/passwd"]
)
def test_nothing_but_samples_can_be_loaded(name: str) -> None:
    with pytest.raises(UnknownSample):
        load_sample(name)
