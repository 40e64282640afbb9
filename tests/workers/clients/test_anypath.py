from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.clients.support import KEY, Platform, context, refused, said_by, session
from workers.clients.anypath import AnyRequest, ask, path_fault
from workers.clients.base import Session
from workers.clients.errors import ApiError, Conflict, InDoubtError, Invalid, NotFound, RateLimited, Unavailable
from workers.clients.flireo.first import FlireoFirst
from workers.clients.flireo.later import FlireoLater
from workers.clients.vapi.client import VapiApi


def at(platform: Platform, base_url: str) -> Session:
    return session(platform, base_url)


@pytest.mark.parametrize(
    ("base_url", "kind", "path", "seen"),
    [
        ("https://api.test/api/v1", FlireoLater, "/usage", "/api/v1/usage"),
        ("https://api.test/api/v1/", FlireoLater, "/usage", "/api/v1/usage"),
        ("https://api.test", FlireoFirst, "/v1/phone-numbers", "/v1/phone-numbers"),
        ("https://api.test/v1", FlireoFirst, "/v1/phone-numbers", "/v1/phone-numbers"),
        ("https://api.test", VapiApi, "/v2/phone-number", "/v2/phone-number"),
        ("https://api.test", VapiApi, "/call/call-_%2B31_a", "/call/call-_%2B31_a"),
        ("https://api.test", VapiApi, "/things/a@b:c,d", "/things/a@b:c,d"),
        ("https://api.test", VapiApi, "/things/größe", "/things/gr%C3%B6%C3%9Fe"),
        ("https://api.test", VapiApi, "/a%2Fb", "/a%2Fb"),
        ("https://api.test/api", VapiApi, "/", "/api/"),
    ],
)
async def test_the_path_follows_the_address_of_the_connection(base_url: str, kind: Any, path: str, seen: str) -> None:
    platform = Platform({f"GET {seen}": {"ok": True}})
    received = await ask(at(platform, base_url), kind, "Vapi", AnyRequest("GET", path), ())
    assert received.body == {"ok": True}
    assert platform.seen[0].headers["host"] == "api.test"
    assert platform.seen[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "usage",
        "//evil.test/x",
        "https://evil.test/x",
        "/../admin",
        "/a/../../admin",
        "/a/%2e%2e/admin",
        "/a/%2E./admin",
        "/a/..%2f..%2fadmin",
        "/a/..%5cadmin",
        "/a\\..\\admin",
        "/a//b",
        "/a/",
        "/%2Fevil",
        "/a?x=1",
        "/a#x",
        "/a b",
        "/a\r\nhost: evil",
        "/a%zz",
        "/a%",
        "/./a",
    ],
)
async def test_paths_that_would_lead_elsewhere(path: str) -> None:
    platform = Platform({})
    assert path_fault(path)
    with pytest.raises(Invalid):
        await ask(at(platform, "https://api.test/v1"), VapiApi, "Vapi", AnyRequest("GET", path), ())
    assert platform.seen == []


@given(st.text(max_size=30))
def test_whatever_is_written_stays_below_the_address(text: str) -> None:
    if path_fault("/" + text):
        return
    url = httpx.URL("https://api.test/v1").copy_with(raw_path=b"/v1" + httpx.URL("https://x/" + text).raw_path)
    assert (url.host, url.path.startswith("/v1/")) == ("api.test", True)
    assert ".." not in url.path.split("/")


async def test_a_body_a_query_and_headers_travel_along() -> None:
    platform = Platform({"POST /things": refused(201, {"id": "t"})})
    asked = AnyRequest("POST", "/things", {"a": 1, "b": None, "c": ["x", "y"]}, {"n": 1}, {"idempotency-key": "k"})
    received = await ask(at(platform, "https://api.test"), VapiApi, "Vapi", asked, ())
    assert received.status == 201
    seen = platform.seen[0]
    assert (seen.query, seen.body, seen.headers["idempotency-key"]) == ("a=1&c=x&c=y", {"n": 1}, "k")


async def test_the_key_is_nobodys_to_replace() -> None:
    platform = Platform({"GET /x": {}})
    asked = AnyRequest("GET", "/x", headers={"Authorization": "Bearer mine"})
    await ask(at(platform, "https://api.test"), VapiApi, "Vapi", asked, ())
    assert platform.seen[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("method", "status", "error"),
    [
        ("GET", 404, NotFound),
        ("GET", 400, Invalid),
        ("GET", 503, Unavailable),
        ("POST", 503, InDoubtError),
        ("DELETE", 502, InDoubtError),
        ("POST", 302, Invalid),
    ],
)
async def test_failures_are_named(method: str, status: int, error: type[ApiError]) -> None:
    platform = Platform({f"{method} /x": refused(status, {"error": "no", "message": "No."})})
    with pytest.raises(error):
        await ask(at(platform, "https://api.test"), VapiApi, "Vapi", AnyRequest(method, "/x"), ())


async def test_the_platforms_codes_count_too() -> None:
    body = {"error": {"code": "already_in_use", "message": "In use."}}
    platform = Platform({"POST /v1/x": refused(400, body)})
    with pytest.raises(Conflict):
        await ask(at(platform, "https://api.test"), FlireoFirst, "Flireo", AnyRequest("POST", "/v1/x"), ())


async def test_a_status_that_is_accepted_is_no_failure() -> None:
    platform = Platform({"GET /x": refused(404, {"message": "none"})})
    received = await ask(at(platform, "https://api.test"), VapiApi, "Vapi", AnyRequest("GET", "/x"), (404,))
    assert (received.status, received.body) == (404, {"message": "none"})


class Rests:
    def __init__(self) -> None:
        self.entered = 0
        self.rested: list[float | None] = []

    async def enter(self) -> None:
        self.entered += 1

    async def rest(self, seconds: float | None) -> None:
        self.rested.append(seconds)


@pytest.mark.parametrize("accept", [(), (429,)])
async def test_it_keeps_within_the_limits_like_everybody(accept: tuple[int, ...]) -> None:
    platform = Platform({"GET /x": refused(429, {"error": "x"}, {"Retry-After": "8"})})
    gate = Rests()
    own = replace(at(platform, "https://api.test"), gate=gate)
    if accept:
        assert (await ask(own, VapiApi, "Vapi", AnyRequest("GET", "/x"), accept)).status == 429
    else:
        with pytest.raises(RateLimited):
            await ask(own, VapiApi, "Vapi", AnyRequest("GET", "/x"), accept)
    assert (gate.entered, gate.rested) == (1, [8.0])


async def test_what_is_recorded_holds_no_credentials() -> None:
    platform = Platform({"POST /x": {"apiKey": "sk-secret-of-another", "note": KEY}})
    http = platform.client()
    recorder = context(http)
    await ask(
        session(platform, "https://api.test", recorder),
        VapiApi,
        "Vapi",
        AnyRequest("POST", "/x", body={"token": "t1"}),
        (),
    )
    assert KEY not in said_by(recorder)
    assert "sk-secret-of-another" not in said_by(recorder)
    assert "t1" not in said_by(recorder)
