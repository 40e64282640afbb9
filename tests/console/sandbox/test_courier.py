from __future__ import annotations

import hashlib
import hmac

import httpx
from starlette.responses import JSONResponse

from console.sandbox.courier import Courier, Target, encode
from console.sandbox.platforms.opencx.signing import OpenCXTarget
from tests.console.sandbox.support import Received, Receiver, virtually

BODY = encode({"message": {"type": "status-update", "text": "één"}})


def courier(receiver: Receiver) -> Courier:
    return Courier(httpx.AsyncClient(transport=httpx.ASGITransport(receiver)), lambda: 1_767_000_000.9)


def test_the_signed_bytes_are_the_sent_bytes() -> None:
    receiver = Receiver()
    reply = virtually(courier(receiver).deliver(Target("g3", "http://r/h", "key"), "status-update", BODY, 5))
    got = receiver.got[0]
    digest = hmac.new(b"key", b"1767000000." + got.body, hashlib.sha256).hexdigest()
    assert got.body == BODY
    assert got.headers["x-webhook-signature"] == f"sha256={digest}"
    assert got.headers["x-webhook-event"] == "status-update"
    assert got.headers["user-agent"] == "HMS-Sovereign/1.0"
    assert (reply.status, reply.text, reply.in_time) == (200, '{"event_id":"evt_1"}', True)


def test_the_deadline() -> None:
    receiver = Receiver(delays={"status-update": 60})
    reply = virtually(courier(receiver).deliver(Target("g2", "http://r/h"), "status-update", BODY, 5))
    assert (reply.status, reply.in_time, reply.seconds) == (0, False, 5)
    assert reply.error == "no answer within 5 s"


def test_just_in_time() -> None:
    receiver = Receiver(delays={"status-update": 4.9})
    reply = virtually(courier(receiver).deliver(Target("g2", "http://r/h"), "status-update", BODY, 5))
    assert (reply.status, round(reply.seconds, 3)) == (200, 4.9)


def test_nobody_there() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    alone = Courier(httpx.AsyncClient(transport=httpx.MockTransport(refuse)))
    reply = virtually(alone.deliver(Target("g1", "http://r/h"), "status-update", BODY, 5))
    assert (reply.status, reply.error) == (0, "ConnectError: refused")


def test_an_impossible_address() -> None:
    reply = virtually(courier(Receiver()).deliver(Target("g1", "http://r:port/h"), "status-update", BODY, 5))
    assert reply.status == 0
    assert "InvalidURL" in reply.error


def test_copies_are_the_same_delivery() -> None:
    receiver = Receiver()
    reply = virtually(courier(receiver).deliver(Target("g3", "http://r/h", "key"), "status-update", BODY, 5, copies=3))
    assert len({(got.body, got.headers["x-webhook-signature"]) for got in receiver.got}) == 1
    assert (len(receiver.got), reply.copies, reply.copies_agree) == (3, 3, True)


def test_copies_that_get_different_replies() -> None:
    replies = iter(range(9))

    def answer(got: Received) -> JSONResponse:
        return JSONResponse({"n": next(replies)})

    receiver = Receiver({"status-update": answer})
    reply = virtually(courier(receiver).deliver(Target("g3", "http://r/h"), "status-update", BODY, 5, copies=2))
    assert not reply.copies_agree


def statuses(*codes: int) -> tuple[list[httpx.Request], Courier]:
    """A far side that answers with these, one after the other."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(codes[len(seen) - 1])

    return seen, Courier(httpx.AsyncClient(transport=httpx.MockTransport(answer)))


def test_what_was_not_taken_is_sent_again_where_the_platform_does() -> None:
    seen, sending = statuses(503, 503, 200)
    target = OpenCXTarget("http://r/h", "c2VjcmV0", haste=0.01)
    reply = virtually(sending.deliver(target, "phone_call.started", BODY, 5))
    assert (reply.status, len(seen)) == (200, 3)
    assert len({request.headers["svix-id"] for request in seen}) == 1
    seen, sending = statuses(503, 200)
    assert virtually(sending.deliver(Target("g3", "http://r/h"), "status-update", BODY, 5)).status == 503


def test_there_is_an_end_to_trying() -> None:
    seen, sending = statuses(*[500] * 20)
    target = OpenCXTarget("http://r/h", "c2VjcmV0", haste=1)
    assert virtually(sending.deliver(target, "phone_call.started", BODY, 5)).status == 500
    assert len(seen) == 8
