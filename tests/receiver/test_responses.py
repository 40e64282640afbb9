from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest

from receiver.providers.base import Reply
from receiver.responses import Response, come_again, come_later, refused, replied


async def sent(response: Response) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body as they leave."""
    messages: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    await response.leave(send)
    start, body = messages
    assert (start["type"], body["type"]) == ("http.response.start", "http.response.body")
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]


async def test_a_refusal_says_why_under_a_name_that_no_platform_reads() -> None:
    status, headers, body = await sent(refused(405, "no", {"allow": "POST"}))
    assert (status, body) == (405, b'{"refused":"no"}')
    assert headers == {"content-type": "application/json", "allow": "POST", "content-length": "16"}


async def test_a_503_has_nothing_to_read_aloud() -> None:
    assert await sent(come_again(7)) == (503, {"retry-after": "7", "content-length": "0"}, b"")


async def test_a_429_says_when_to_come_again() -> None:
    status, headers, body = await sent(come_later(25))
    assert (status, headers["retry-after"]) == (429, "25")
    assert body == b'{"refused":"too much is waiting here, send it again later"}'


async def test_a_reply_carries_the_events_id() -> None:
    status, headers, body = await sent(replied(Reply({"a": 1}, 201), "evt_1"))
    assert (status, body) == (201, b'{"a":1}')
    assert headers == {"content-type": "application/json", "x-hookswitch-event": "evt_1", "content-length": "7"}


async def test_a_reply_tells_when_nothing_was_stored() -> None:
    _, headers, _ = await sent(replied(Reply({}), "evt_1", stored=False))
    assert headers["x-hookswitch-stored"] == "no"


async def test_what_comes_after_waits_until_the_reply_has_left() -> None:
    order: list[str] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        order.append(message["type"])

    async def after() -> None:
        order.append("after")

    await replied(Reply({}), "evt_1", after=after).leave(send)
    assert order == ["http.response.start", "http.response.body", "after"]


async def test_a_reply_that_could_not_leave_has_no_after() -> None:
    async def broken(_: MutableMapping[str, Any]) -> None:
        raise OSError("gone")

    async def after() -> None:
        pytest.fail("it has not left")

    with pytest.raises(OSError, match="gone"):
        await replied(Reply({}), "evt_1", after=after).leave(broken)
