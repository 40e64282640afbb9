from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.clients.support import sample
from workers.clients.errors import Invalid
from workers.clients.fluents.requests import checked
from workers.clients.redact import redacted

NUMBER = sample("fluents_numbers_available_v2")["items"][0]
AGENT = NUMBER["inbound_agent"]


@pytest.mark.parametrize(
    "body",
    [
        AGENT,
        {"agent": AGENT},
        {"prompt": AGENT["prompt"]},
        {"actions": AGENT["actions"]},
        {"openai_account_connection": AGENT["openai_account_connection"]},
        {"config": {"signature_secret": "[redacted]"}},
        redacted({"type": "voice", "api_key": "k"}),
    ],
)
def test_what_was_read_may_not_leave(body: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="as Fluents showed it"):
        checked(body)


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": {"content": "Be brief."}, "actions": ["a1", {"type": "action_dtmf", "config": {}}]},
        {"context": {"id": "7", "user_id": "42"}},
        {"example_context": {"id": "7", "user_id": "42"}},
        {"config": {"input_schema": {"properties": {"id": {"type": "string"}, "user_id": {"type": "string"}}}}},
        {"credentials": {"api_key": "k"}},
        {"label": None},
    ],
)
def test_what_people_wrote_may(body: dict[str, Any]) -> None:
    assert checked(body) == body


def test_a_bottomless_body_is_refused() -> None:
    body: dict[str, Any] = {}
    for _ in range(100):
        body = {"x": body}
    with pytest.raises(Invalid, match="too deep"):
        checked(body)


@given(st.recursive(st.none() | st.text(max_size=3), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_anything_else_passes_unchanged(value: Any) -> None:
    assert checked({"x": value}) == {"x": value}
