from __future__ import annotations

from receiver.providers.base import Reply
from receiver.responses import come_again, come_later, refused, replied


def test_a_refusal_says_why_under_a_name_that_no_platform_reads() -> None:
    response = refused(405, "no", {"allow": "POST"})
    assert (response.status_code, response.body, response.headers["allow"]) == (405, b'{"refused":"no"}', "POST")
    assert response.headers["content-type"] == "application/json"


def test_a_503_has_nothing_to_read_aloud() -> None:
    response = come_again(7)
    assert (response.status_code, response.body, response.headers["retry-after"]) == (503, b"", "7")


def test_a_429_says_when_to_come_again() -> None:
    response = come_later(25)
    assert (response.status_code, response.headers["retry-after"]) == (429, "25")
    assert response.body == b'{"refused":"too much is waiting here, send it again later"}'


async def test_a_reply_carries_the_events_id() -> None:
    ran = []

    async def after() -> None:
        ran.append(True)

    response = replied(Reply({"a": 1}, 201), "evt_1", after=after)
    assert (response.status_code, response.body) == (201, b'{"a":1}')
    assert response.headers["x-hookswitch-event"] == "evt_1"
    assert "x-hookswitch-stored" not in response.headers
    assert response.background is not None
    await response.background()
    assert ran == [True]


def test_a_reply_tells_when_nothing_was_stored() -> None:
    response = replied(Reply({}), "evt_1", stored=False)
    assert response.headers["x-hookswitch-stored"] == "no"
    assert response.background is None
