"""The doors: keys, unknown paths, limits, each in its platform's own words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.console.sandbox.support import Box, box, virtually

DOORS = {
    "/flireo/v1/phone-numbers": "fl_live_sandbox_g1",
    "/flireo/api/v1/numbers": "fl_live_sandbox",
    "/fluents/v1/usage": "fluents_sandbox",
    "/opencx/phone": "ocx_live_sandbox",
}
REFUSALS: dict[str, Any] = {
    "/flireo/v1/phone-numbers": {
        "error": {"code": "unauthorized", "message": "Invalid or missing API key", "details": {}}
    },
    "/flireo/api/v1/numbers": {"error": "Unauthorized", "message": "Invalid or missing API key"},
    "/fluents/v1/usage": {
        "message": "Invalid or missing API key",
        "error": "Unauthorized",
        "statusCode": 401,
    },
    "/opencx/phone": {"statusCode": 401, "message": "Invalid or missing API key", "error": "Unauthorized"},
}


def get(path: str, key: str | None, **changes: Any) -> httpx.Response:
    async def story() -> httpx.Response:
        async with box(**changes) as around:
            headers = {} if key is None else {"Authorization": f"Bearer {key}"}
            return await around.http.get(path, headers=headers)

    return virtually(story())


@pytest.mark.parametrize("path", DOORS)
def test_the_right_key(path: str) -> None:
    assert get(path, DOORS[path]).status_code == 200


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("key", [None, "wrong", ""])
def test_a_wrong_key(path: str, key: str | None) -> None:
    response = get(path, key)
    assert (response.status_code, response.json()) == (401, REFUSALS[path])


def test_the_keys_come_from_the_settings() -> None:
    assert get("/opencx/phone", "another", opencx_key="another").status_code == 200
    assert get("/opencx/phone", "ocx_live_sandbox", opencx_key="another").status_code == 401


def test_health_needs_no_key() -> None:
    assert get("/flireo/api/v1/health", None).status_code == 200


def test_nothing_there() -> None:
    assert get("/nowhere", None).json() == {"error": "Not Found"}


async def hammer(around: Box, path: str, times: int) -> list[httpx.Response]:
    headers = {"Authorization": f"Bearer {DOORS[path]}"}
    return [await around.http.get(path, headers=headers) for _ in range(times)]


def limited(path: str) -> list[httpx.Response]:
    async def story() -> list[httpx.Response]:
        async with box(requests_per_minute=3) as around:
            return await hammer(around, path, 4)

    return virtually(story())


def test_flireos_limit_shows_its_headers() -> None:
    *well, refused = limited("/flireo/api/v1/numbers")
    assert [response.headers["x-ratelimit-remaining"] for response in well] == ["2", "1", "0"]
    assert refused.status_code == 429
    assert refused.json() == {"error": "Too Many Requests", "message": "Too many requests"}
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["x-ratelimit-limit"] == "3"
    assert int(refused.headers["x-ratelimit-reset"]) > 1_700_000_000


def test_opencx_has_a_limit_without_headers_of_its_own() -> None:
    *well, refused = limited("/opencx/phone")
    assert all(response.status_code == 200 for response in well)
    assert (refused.status_code, "x-ratelimit-limit" in refused.headers) == (429, False)
    assert "retry-after" in refused.headers


@pytest.mark.parametrize("path", ["/flireo/v1/phone-numbers", "/fluents/v1/usage"])
def test_no_limit_is_documented_for_the_others(path: str) -> None:
    assert [response.status_code for response in limited(path)] == [200] * 4
