"""What happens to requests on their way in; the cut connections on real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from console.sandbox.edge import KEPT_REQUESTS, MAX_BODY, Ledger, SeenRequest
from tests.console.sandbox.support import Box, in_box


def order(http: httpx.Client, **fault: Any) -> None:
    http.post("/sandbox/faults", json=fault).raise_for_status()


def test_reset_before_the_effect(http: httpx.Client) -> None:
    order(http, route="POST /crm/notes", kind="reset_before")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        http.post("/crm/notes", json={"text": "hello"})
    assert http.get("/crm/notes").json() == []


def test_reset_after_the_effect(http: httpx.Client) -> None:
    order(http, route="POST /crm/notes", kind="reset_after")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        http.post("/crm/notes", json={"text": "hello"}, headers={"Idempotency-Key": "k1"})
    assert [note["note"] for note in http.get("/crm/notes").json()] == [{"text": "hello"}]
    seen = http.get("/sandbox/requests").json()[0]
    assert (seen["status"], seen["fault"], seen["idempotency_key"]) == (0, "reset_after", "k1")


def test_after_a_reset_the_next_request_is_well(http: httpx.Client) -> None:
    order(http, route="/crm/*", kind="reset_before", times=2)
    for _ in range(2):
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            http.get("/crm/notes")
    assert http.get("/crm/notes").status_code == 200


async def order_in(around: Box, **fault: Any) -> None:
    (await around.http.post("/sandbox/faults", json=fault)).raise_for_status()


def test_slow() -> None:
    async def story(around: Box) -> tuple[int, float]:
        await order_in(around, route="/crm/notes", kind="slow", seconds=7)
        before = asyncio.get_running_loop().time()
        response = await around.http.get("/crm/notes")
        return response.status_code, asyncio.get_running_loop().time() - before

    assert in_box(story) == (200, 7)


def test_too_many_requests() -> None:
    async def story(around: Box) -> list[tuple[int, str | None]]:
        await order_in(around, kind="too_many_requests", retry_after=3)
        responses = [await around.http.get("/crm/notes") for _ in range(2)]
        return [(response.status_code, response.headers.get("retry-after")) for response in responses]

    assert in_box(story) == [(429, "3"), (200, None)]


def test_server_error() -> None:
    async def story(around: Box) -> int:
        await order_in(around, kind="server_error")
        return (await around.flireo("GET", "/numbers")).status_code

    assert in_box(story) == 500


def test_a_cut_without_a_server_is_an_error() -> None:
    async def story(around: Box) -> None:
        await order_in(around, kind="reset_before")
        await around.http.get("/crm/notes")

    with pytest.raises(ConnectionResetError):
        in_box(story)


def test_the_sandboxs_own_routes_meet_no_faults_and_are_not_recorded() -> None:
    async def story(around: Box) -> tuple[int, list[Any]]:
        await order_in(around, kind="server_error")
        status = (await around.http.get("/sandbox/ready")).status_code
        return status, (await around.http.get("/sandbox/requests")).json()

    assert in_box(story) == (200, [])


def test_what_is_recorded() -> None:
    async def story(around: Box) -> list[dict[str, Any]]:
        await around.http.get("/crm/customers?phone=%2B31612340001")
        await around.http.post("/crm/notes", content=b"not json", headers={"Idempotency-Key": "k"})
        await around.http.get("/fluents/v1/agents", headers={"Authorization": "Bearer secret-key"})
        seen: list[dict[str, Any]] = (await around.http.get("/sandbox/requests")).json()
        return seen

    seen = in_box(story)
    assert [(each["method"], each["path"], each["status"]) for each in seen] == [
        ("GET", "/crm/customers", 200),
        ("POST", "/crm/notes", 201),
        ("GET", "/fluents/v1/agents", 401),
    ]
    assert seen[0]["query"] == "phone=%2B31612340001"
    assert (seen[1]["body"], seen[1]["idempotency_key"]) == ("not json", "k")
    assert "secret-key" not in str(seen)


def test_a_body_has_an_end() -> None:
    async def story(around: Box) -> list[int]:
        sizes = (MAX_BODY, MAX_BODY + 1)
        return [(await around.http.post("/alerts", content=b"x" * size)).status_code for size in sizes]

    assert in_box(story) == [201, 413]


def test_the_ledger_forgets_the_oldest() -> None:
    ledger = Ledger()
    for number in range(KEPT_REQUESTS + 1):
        ledger.add(SeenRequest(at="", method="GET", path=str(number), query="", body=None))
    kept = list(ledger)
    assert (len(kept), kept[0].path) == (KEPT_REQUESTS, "1")
    ledger.clear()
    assert list(ledger) == []


@pytest.mark.parametrize(("path", "status"), [("/sandbox/reset", 403), ("/alerts", 201)])
def test_web_pages_cannot_move_the_sandbox(path: str, status: int) -> None:
    async def story(around: Box) -> int:
        return (await around.http.post(path, headers={"Origin": "https://elsewhere.example"})).status_code

    assert in_box(story) == status
