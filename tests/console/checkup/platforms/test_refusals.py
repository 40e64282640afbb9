from __future__ import annotations

import pytest

from console.checkup.platforms.refusals import Whose, refusal, unread
from store.connections import Api, Connection
from workers.clients.errors import ApiError, AuthFailed, Held, Invalid, NotFound, RateLimited, Unavailable

WHOSE = Whose.of(Connection(name="desk", provider="vapi", api=Api(key="${DESK_KEY}")))


@pytest.mark.parametrize(
    ("error", "level", "text", "advice"),
    [
        (AuthFailed("no", status=401), "error", "refused", "set DESK_KEY for the workers"),
        (AuthFailed("no", status=403), "error", "refused", "give it the right to read, or make a new key"),
        (Held("full"), "warning", "not tried", "again in a minute"),
        (RateLimited("slow down", status=429), "warning", "limited", "who else uses this key"),
        (NotFound("no such path", status=404), "error", "nothing is there", "api.base_url of desk"),
        (Unavailable("oh", status=503), "warning", "the platform is in trouble", "tried again by themselves"),
        (Unavailable("lost"), "error", "the platform is not reached", "api.base_url of desk"),
        (Unavailable("no JSON", status=200), "error", "cannot be tried", "api.base_url of desk"),
        (Invalid("no address"), "error", "cannot be tried", "api.base_url of desk"),
    ],
)  # fmt: skip
def test_each_refusal_says_what_it_is_and_what_to_do(error: ApiError, level: str, text: str, advice: str) -> None:
    found = refusal(error, WHOSE)
    assert (found.about, found.level, found.text) == ("desk key", level, f"{text}: {error}")
    assert advice in found.advice


def test_a_key_that_is_written_out_is_named_by_its_place() -> None:
    whose = Whose.of(Connection(name="desk", provider="vapi", api=Api(key="written-out")))
    found = refusal(AuthFailed("no", status=401), whose)
    assert "set api.key of desk" in found.advice
    assert "written-out" not in repr(found)


def test_webhooks_that_cannot_be_read_are_a_warning() -> None:
    assert unread(AuthFailed("no", status=403), WHOSE).level == "warning"
    assert "right to read them" in unread(AuthFailed("no", status=403), WHOSE).advice
