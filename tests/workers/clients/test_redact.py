from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.clients.support import sample
from workers.clients.redact import (
    RECORD_LIMIT,
    REDACTED,
    clipped,
    fit_for_a_trace,
    is_secret_name,
    redacted,
    redacted_url,
    without_secrets,
)


@pytest.mark.parametrize(
    "name",
    [
        "credentials",
        "api_key",
        "apiKey",
        "x-api-key",
        "signature_secret",
        "webhook_secret",
        "webhookSecret",
        "auth_token",
        "twilio_auth_token",
        "password",
        "auth_password",
        "Authorization",
        "Proxy-Authorization",
        "Set-Cookie",
        "secret",
        "controlUrl",
        "listenUrl",
        "webhook_url",
        "data_collection_webhook_url",
        "access_token",
        "client_secret",
        "private_key",
    ],
)
def test_names_of_credentials_are_known_in_every_spelling(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["max_tokens", "key_terms", "author", "name", "secretary", "stt_keyterms", "id"])
def test_other_names_are_left_alone(name: str) -> None:
    assert not is_secret_name(name)


def test_credentials_that_fluents_embeds_are_cut_out() -> None:
    shown = json.dumps(redacted(sample("fluents_numbers_available_v2")))
    assert "example-token" not in shown
    assert "ACexample" not in shown
    assert "Day desk" in shown


def test_empty_credentials_stay_visible_as_empty() -> None:
    assert redacted({"webhook_secret": None, "password": ""}) == {"webhook_secret": None, "password": ""}


def test_known_secret_values_are_cut_out_wherever_they_stand() -> None:
    assert redacted({"note": ["the key is k-12345"]}, {"k-12345"}) == {"note": [f"the key is {REDACTED}"]}


def test_values_too_short_to_be_secrets_do_not_shred_texts() -> None:
    assert without_secrets("a b c", {"a", "b"}) == "a b c"


def test_the_longer_of_two_overlapping_secrets_is_cut_whole() -> None:
    assert without_secrets("abcdefgh", {"abcd", "abcdefgh"}) == REDACTED


def test_depth_is_bounded() -> None:
    nested: object = "end"
    for _ in range(500):
        nested = [nested]
    assert "[too deep]" in json.dumps(redacted(nested))


def test_urls_lose_passwords_and_secret_parameters() -> None:
    shown = redacted_url(
        httpx.URL("https://me:pass-word@api.test/a?api_key=k&phone=%2B31612340001&x=s3cr3t"), {"s3cr3t"}
    )
    assert shown == f"https://api.test/a?api_key={REDACTED}&phone=%2B31612340001&x={REDACTED}"


def test_small_bodies_are_recorded_whole_and_large_ones_by_their_start() -> None:
    assert clipped({"a": 1}) == {"a": 1}
    large = clipped({"a": "x" * 50_000})
    assert len(large["clipped"]) == RECORD_LIMIT
    assert large["bytes"] > 50_000


def test_texts_for_a_trace_hold_no_number_no_token_and_one_line() -> None:
    text = fit_for_a_trace("number +31 85 000 00 01\nBearer abc.def is bad for 0612340001 " + "x" * 500)
    assert "[number]" in text
    assert "0001" not in text
    assert "abc.def" not in text
    assert "\n" not in text
    assert len(text) <= 300


@pytest.mark.parametrize(
    "told",
    [
        "169.254.169.254",
        "192.168.100.1:8080",
        "http://127.0.0.1/x",
        "(10.20.30.40)",
        "203.0.113.255.",
        "a 10.200.30.4/16",
    ],
)
def test_addresses_stay_readable(told: str) -> None:
    assert fit_for_a_trace(f"refused: {told} is private") == f"refused: {told} is private"


@pytest.mark.parametrize(
    "number",
    ["+31 6 12 34 00 01", "06.12.34.00.01", "+31.612.340.001", "316.123.400.01", "10.20.30.40.50", "31.61.23.40-001",
     "020-123.45.67", "061.234.56.78 90"],
)  # fmt: skip
def test_numbers_with_dots_are_no_addresses(number: str) -> None:
    assert fit_for_a_trace(f"call {number} back") == "call [number] back"


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_json_can_be_redacted_and_clipped(value: object) -> None:
    json.dumps(clipped(redacted(value)))
