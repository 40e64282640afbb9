from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from tests.workers.clients.support import Platform, context, refused, said_by, tcp_server
from workers.actions import ACTIONS, in_doubt_for
from workers.actions.base import ActionContext
from workers.actions.http import BODY_LIMIT, HttpOutput, HttpParams
from workers.clients.egress import egress_client, resolve
from workers.clients.errors import (
    ApiError,
    AuthFailed,
    InDoubtError,
    Invalid,
    NotAllowed,
    NotFound,
    RateLimited,
    Unavailable,
)

REQUEST = ACTIONS["http.request"]


async def perform(own: ActionContext, **params: Any) -> HttpOutput:
    output = await REQUEST.perform(own, HttpParams.model_validate(params))
    assert isinstance(output, HttpOutput)
    return output


async def ask(platform: Platform, **params: Any) -> HttpOutput:
    return await perform(context(platform.client()), **{"url": "https://crm.test/x", **params})


async def test_a_get_gives_status_headers_body_and_text() -> None:
    platform = Platform({"GET /x": JSONResponse({"email": "a@b.nl"}, headers={"ETag": "1", "Set-Cookie": "s=1"})})
    output = await ask(platform)
    assert (output.status, output.body, output.text) == (200, {"email": "a@b.nl"}, '{"email":"a@b.nl"}')
    assert output.headers["etag"] == "1"
    assert "s=1" not in output.headers["set-cookie"]


async def test_query_values_are_encoded_and_join_those_of_the_url() -> None:
    platform = Platform({"GET /x": {}})
    await ask(
        platform,
        url="https://crm.test/x?a=1",
        query={"phone": "+31612340001", "q": "a&b=c", "tag": ["x", 2], "n": None},
    )
    assert platform.seen[0].query == "a=1&phone=%2B31612340001&q=a%26b%3Dc&tag=x&tag=2"


async def test_a_body_makes_it_a_post_of_json() -> None:
    platform = Platform({"POST /x": {}})
    await ask(platform, body={"name": "Ünal"})
    assert platform.seen[0].body == {"name": "Ünal"}
    assert platform.seen[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("body", [[], {}, 0, False, ""])
async def test_an_empty_body_is_a_body(body: Any) -> None:
    platform = Platform({"POST /x": {}})
    await ask(platform, body=body)
    assert platform.said() == ["POST /x"]


async def test_text_is_sent_as_it_is() -> None:
    platform = Platform({"PUT /x": {}})
    await ask(platform, method="PUT", body="hello", headers={"Content-Type": "text/markdown"})
    assert platform.seen[0].body == "hello"
    assert platform.seen[0].headers["content-type"] == "text/markdown"


async def test_a_map_is_sent_as_a_form_where_the_header_says_so() -> None:
    platform = Platform({"POST /x": {}})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    await ask(platform, body={"phone": "+31", "n": 2}, headers=headers)
    assert platform.seen[0].body == "phone=%2B31&n=2"


@pytest.mark.parametrize("answer", [PlainTextResponse("hello"), Response(status_code=204)])
async def test_no_json_is_an_empty_map(answer: Response) -> None:
    output = await ask(Platform({"GET /x": answer}))
    assert output.body == {}
    assert output.text == bytes(answer.body).decode()


@pytest.mark.parametrize("body", [[1, 2], "text", 3, None])
async def test_json_of_any_type_is_given(body: Any) -> None:
    assert (await ask(Platform({"GET /x": JSONResponse(body)}))).body == body


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_changes_something_carries_the_same_key_over_retries(method: str) -> None:
    platform = Platform({f"{method} /x": {}})
    own = context(platform.client())
    for _ in range(2):
        await perform(own, url="https://crm.test/x", method=method)
    assert [seen.headers["idempotency-key"] for seen in platform.seen] == [own.operation] * 2


async def test_reading_carries_no_key_and_the_rules_own_key_stands() -> None:
    platform = Platform({"GET /x": {}, "POST /x": {}})
    await ask(platform)
    await ask(platform, method="POST", headers={"Idempotency-Key": "mine"})
    assert "idempotency-key" not in platform.seen[0].headers
    assert platform.seen[1].headers["idempotency-key"] == "mine"


@pytest.mark.parametrize("operation", ["evt_1/règle/x", "a b", "x" * 400, "line\nbreak"])
async def test_an_operation_no_header_can_hold_is_sent_as_its_hash(operation: str) -> None:
    platform = Platform({"POST /x": {}})
    own = context(platform.client())
    own.operation = operation
    await perform(own, url="https://crm.test/x", method="POST")
    assert len(platform.seen[0].headers["idempotency-key"]) == 64


async def test_accepted_statuses_are_no_failure() -> None:
    platform = Platform({"GET /x": refused(404, {"message": "unknown"})})
    output = await ask(platform, accept=[404])
    assert (output.status, output.body) == (404, {"message": "unknown"})
    with pytest.raises(NotFound, match=r"crm\.test answered 404: unknown"):
        await ask(platform)


@pytest.mark.parametrize(
    ("method", "status", "kind"),
    [
        ("GET", 400, Invalid),
        ("GET", 401, AuthFailed),
        ("GET", 429, RateLimited),
        ("GET", 503, Unavailable),
        ("POST", 503, InDoubtError),
        ("POST", 302, Invalid),
        ("POST", 422, Invalid),
    ],
)
async def test_failures_map_to_the_tree(method: str, status: int, kind: type[ApiError]) -> None:
    with pytest.raises(kind):
        await ask(Platform({f"{method} /x": refused(status, {})}), method=method)


async def test_a_reset_after_sending_is_in_doubt() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async with tcp_server(reset) as port, egress_client(["127.0.0.1"]) as http:
        with pytest.raises(InDoubtError):
            await perform(context(http), url=f"http://127.0.0.1:{port}/", method="POST")
        with pytest.raises(Unavailable):
            await perform(context(http), url=f"http://127.0.0.1:{port}/")


def test_the_rule_may_park_instead_of_repeating() -> None:
    assert in_doubt_for(REQUEST, HttpParams(url="https://crm.test/")) == "repeat"
    assert in_doubt_for(REQUEST, HttpParams(url="https://crm.test/", in_doubt="park")) == "park"
    with pytest.raises(ValidationError):
        HttpParams.model_validate({"url": "https://crm.test/", "in_doubt": "skip"})


async def test_bodies_above_a_megabyte_are_refused_both_ways() -> None:
    platform = Platform({"GET /x": "x" * BODY_LIMIT, "POST /x": {}})
    with pytest.raises(Invalid, match="the body is larger"):
        await ask(platform, body="x" * (BODY_LIMIT + 1))
    assert platform.seen == []
    with pytest.raises(Invalid, match="more than"):
        await ask(platform)


@pytest.mark.parametrize("url", ["ftp://crm.test/", "crm.test/x", "https://", "/x", "http://[::1", "http://xn--a/"])
async def test_an_unusable_address_is_invalid(url: str) -> None:
    async with egress_client([]) as http:
        with pytest.raises(Invalid):
            await perform(context(http), url=url)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "\ud800"])
async def test_what_json_cannot_hold_is_invalid(value: Any) -> None:
    with pytest.raises((Invalid, ValidationError)):
        await ask(Platform({"POST /x": {}}), body={"n": value})


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding"])
def test_headers_that_frame_the_request_are_ours(name: str) -> None:
    with pytest.raises(ValidationError, match="set by Hookswitch itself"):
        HttpParams(url="https://crm.test/", headers={name: "x"})


async def test_up_to_three_redirects_of_a_get_are_followed() -> None:
    platform = Platform({f"GET /{i}": RedirectResponse(f"/{i + 1}") for i in range(9)} | {"GET /3": {"end": True}})
    assert (await ask(platform, url="https://crm.test/0")).body == {"end": True}
    endless = Platform({f"GET /{i}": RedirectResponse(f"/{i + 1}") for i in range(9)})
    with pytest.raises(Invalid, match="a redirect, which is not followed"):
        await ask(endless, url="https://crm.test/0")
    assert len(endless.seen) == 4


async def test_an_accepted_redirect_is_not_followed() -> None:
    platform = Platform({"GET /x": RedirectResponse("/y")})
    assert (await ask(platform, accept=[307])).headers["location"] == "/y"


async def test_a_redirect_of_a_write_is_not_followed() -> None:
    platform = Platform({"POST /x": RedirectResponse("/y"), "POST /y": {}, "GET /y": {}})
    with pytest.raises(Invalid):
        await ask(platform, method="POST")
    assert platform.said() == ["POST /x"]


async def test_the_rules_headers_do_not_follow_to_another_host() -> None:
    platform = Platform(
        {"GET /x": RedirectResponse("https://other.test/y"), "GET /y": RedirectResponse("/z"), "GET /z": {}}
    )
    await ask(platform, headers={"Authorization": "Bearer t-1", "X-Api-Key": "k-1", "Accept": "text/csv"})
    first, second, third = platform.seen
    assert first.headers["x-api-key"] == "k-1"
    for seen in (second, third):
        assert seen.headers["host"] == "other.test"
        assert "x-api-key" not in seen.headers
        assert "authorization" not in seen.headers
        assert seen.headers["accept"] == "text/csv"


async def test_the_rules_headers_follow_on_the_same_host() -> None:
    platform = Platform({"GET /x": RedirectResponse("/y"), "GET /y": {}})
    await ask(platform, headers={"X-Api-Key": "k-1"})
    assert platform.seen[1].headers["x-api-key"] == "k-1"


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    reached: list[bytes] = []

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(await reader.readuntil(b"\r\n\r\n"))
        port = writer.get_extra_info("sockname")[1]
        writer.write(f"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async def look_up(host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    async with tcp_server(redirect) as port, egress_client(["listed.test"], resolver=look_up) as http:
        with pytest.raises(NotAllowed):
            await perform(context(http), url=f"http://listed.test:{port}/")
    assert len(reached) == 1


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/", "http://[::ffff:169.254.169.254]/", "http://2852039166/", "http://[::1]:{port}/",
     "http://[fd00::8]/", "http://evil.test:{port}/", "//0x7f.1:{port}/"],
)  # fmt: skip
@pytest.mark.parametrize("hop", [1, 2, 3])
async def test_each_hop_of_a_redirect_is_judged(target: str, hop: int) -> None:
    reached: list[bytes] = []

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(await reader.readuntil(b"\r\n\r\n"))
        port = writer.get_extra_info("sockname")[1]
        location = target.format(port=port) if len(reached) == hop else f"http://listed.test:{port}/{len(reached)}"
        writer.write(f"HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async def look_up(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"] if host.endswith(".test") else await resolve(host, port)

    async with tcp_server(redirect) as port, egress_client(["listed.test"], resolver=look_up) as http:
        with pytest.raises(NotAllowed):
            await perform(context(http), url=f"http://listed.test:{port}/")
    assert len(reached) == hop


async def test_a_name_that_moves_between_two_hops_is_refused() -> None:
    """Judged once for each connection: what DNS says later is judged later."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nlocation: /next\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def rebinding(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    async with tcp_server(redirect) as port, egress_client(["127.0.0.0/8"], resolver=rebinding) as http:
        with pytest.raises(NotAllowed):
            await perform(context(http), url=f"http://rebind.test:{port}/")


async def test_a_redirect_to_nowhere_is_no_readable_answer() -> None:
    for location in ("http://[::1", "http://xn--a/"):
        with pytest.raises(Unavailable):
            await ask(Platform({"GET /x": Response(status_code=302, headers={"location": location})}))


async def test_loopback_is_refused() -> None:
    async with egress_client([]) as http:
        with pytest.raises(NotAllowed):
            await perform(context(http), url="http://127.0.0.1:9/")


async def test_secrets_the_rule_used_are_not_recorded() -> None:
    platform = Platform({"POST /hook/s3cr3t-path": {"echo": "s3cr3t-path"}})
    own = context(platform.client(), secrets=frozenset({"s3cr3t-path"}))
    await perform(own, url="https://crm.test/hook/s3cr3t-path", body={"note": "s3cr3t-path"})
    assert "s3cr3t-path" not in said_by(own)
    assert own.exchanges[0].got["status"] == 200


async def test_each_hop_is_recorded() -> None:
    own = context(Platform({"GET /x": RedirectResponse("/y"), "GET /y": {}}).client())
    await perform(own, url="https://crm.test/x")
    assert [each.sent["url"] for each in own.exchanges] == ["https://crm.test/x", "https://crm.test/y"]


async def test_a_header_no_request_can_hold_is_invalid() -> None:
    with pytest.raises(Invalid):
        await ask(Platform({"GET /x": {}}), headers={"x-name": "\u20ac"})


async def test_the_client_of_the_connection_is_not_used() -> None:
    async def refuse(_request: httpx.Request) -> httpx.Response:
        raise AssertionError("the connection's own client may reach more hosts")

    own = context(Platform({"GET /x": {}}).client())
    own.api_http = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    assert (await perform(own, url="https://crm.test/x")).status == 200
