from __future__ import annotations

from typing import Any

import httpx
import pytest

from rules.engine.vocabulary import Asked, Came, Reply
from workers.actions.http import HttpParams
from workers.actions.httpstubs import asked, rehearse_request

ADDRESS = "https://crm.example.com/customers"


def rehearse(*replies: Reply, **params: Any) -> tuple[Came, list[Asked]]:
    seen: list[Asked] = []

    def send(request: Asked) -> Reply:
        seen.append(request)
        return replies[len(seen) - 1]

    return rehearse_request(HttpParams(**{"url": ADDRESS, **params}), send), seen


def test_a_good_answer_is_read_as_for_real() -> None:
    came, (request,) = rehearse(Reply(200, {"X-Count": "3"}, b'{"n": 1}'), query={"phone": "+31"})
    assert came.output == {"status": 200, "headers": {"x-count": "3"}, "body": {"n": 1}, "text": '{"n": 1}'}
    assert (request.method, request.url, request.query) == ("GET", ADDRESS, {"phone": "+31"})
    assert rehearse(Reply(content=b"no json"))[0].output["body"] == {}


@pytest.mark.parametrize(
    ("status", "params", "fate"),
    [
        (404, {}, "refused"),
        (404, {"accept": [404]}, "done"),
        (500, {}, "again"),
        (500, {"method": "POST"}, "doubt"),
        (429, {"method": "POST"}, "again"),
        (301, {}, "refused"),
    ],
)
def test_what_a_status_means(status: int, params: dict[str, Any], fate: str) -> None:
    assert rehearse(Reply(status), **params)[0].fate == fate


def test_how_long_the_far_side_wants_us_to_wait() -> None:
    assert rehearse(Reply(503, {"retry-after": "20"}))[0].retry_after == 20.0


def test_redirects_are_asked_again_and_no_further_than_for_real() -> None:
    moved = Reply(302, {"location": "/other"})
    came, seen = rehearse(moved, Reply(200))
    assert (came.fate, [each.url for each in seen]) == ("done", [ADDRESS, "https://crm.example.com/other"])
    assert len(rehearse(*[moved] * 9)[1]) == 4


def test_bodies_as_tests_name_them() -> None:
    assert rehearse(Reply(), body={"a": [1]})[1][0].body == {"a": [1]}
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert rehearse(Reply(), body={"a": "x y"}, headers=form)[1][0].body == {"a": "x y"}
    assert rehearse(Reply(), body="plain words")[1][0].body == "plain words"
    assert rehearse(Reply(), method="POST")[1][0].body is None


def test_a_name_that_stands_twice_has_a_list() -> None:
    assert asked(httpx.Request("GET", f"{ADDRESS}?a=1&a=2&b=3#part")).query == {"a": ["1", "2"], "b": "3"}


def test_an_address_that_cannot_be_used_is_refused() -> None:
    came, seen = rehearse(url="customers")
    assert (came.fate, came.error, seen) == ("refused", "the url names no host", [])
