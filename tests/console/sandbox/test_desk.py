from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.console.sandbox.support import Box, in_box


def test_a_call_is_placed_and_listed() -> None:
    async def story(around: Box) -> tuple[httpx.Response, Any]:
        placed = await around.http.post("/sandbox/calls", json={"generation": "g2"})
        return placed, (await around.http.get("/sandbox/calls")).json()

    placed, listed = in_box(story)
    assert (placed.status_code, placed.json()["status"]) == (201, "ringing")
    assert [call["id"] for call in listed] == [placed.json()["id"]]
    assert listed[0]["from"] == "+31612340001"


def test_waiting_for_the_record() -> None:
    async def story(around: Box) -> list[Any]:
        call_id = (await around.http.post("/sandbox/calls", json={"generation": "g2"})).json()["id"]
        return [(await around.http.get(f"/sandbox/calls/{call_id}?wait={wait}")).json() for wait in (0, 0.3, 60)]

    at_once, soon, over = in_box(story)
    assert [each["done"] for each in (at_once, soon, over)] == [False, False, True]
    assert len(at_once["timeline"]) < len(soon["timeline"]) < len(over["timeline"])


def test_the_stream_tells_everything_and_then_the_record() -> None:
    async def story(around: Box) -> list[dict[str, Any]]:
        call_id = (await around.http.post("/sandbox/calls", json={"generation": "g2"})).json()["id"]
        response = await around.http.get(f"/sandbox/calls/{call_id}/stream")
        assert response.headers["content-type"].startswith("application/x-ndjson")
        return [json.loads(line) for line in response.text.splitlines()]

    *moments, last = in_box(story)
    assert last["call"]["done"] is True
    assert last["call"]["timeline"] == moments


@pytest.mark.parametrize("path", ["/sandbox/calls/none", "/sandbox/calls/none/stream"])
def test_an_unknown_call(path: str) -> None:
    async def story(around: Box) -> httpx.Response:
        return await around.http.get(path)

    assert in_box(story).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "complaint"),
    [
        ("/sandbox/calls", {"too": "+31850000001"}, "too"),
        ("/sandbox/calls", {"turns": [{}]}, "a turn needs one of"),
        ("/sandbox/faults", {"kind": "fire"}, "kind"),
        ("/sandbox/events", {"payload": []}, "payload"),
    ],
)
def test_what_is_wrong_is_told(path: str, body: Any, complaint: str) -> None:
    async def story(around: Box) -> httpx.Response:
        return await around.http.post(path, json=body)

    response = in_box(story)
    assert response.status_code == 422
    assert complaint in response.json()["error"]


@pytest.mark.parametrize(
    ("path", "body"), [("/sandbox/calls", {}), ("/sandbox/events", {"payload": {"message": {"type": "x"}}})]
)
def test_without_a_webhook(path: str, body: Any) -> None:
    async def story(around: Box) -> httpx.Response:
        return await around.http.post(path, json=body)

    response = in_box(story, g3_url="")
    assert response.status_code == 409
    assert "HOOKSWITCH_SANDBOX_G3_URL" in response.json()["error"]


def test_an_event_written_by_hand() -> None:
    payload = {"message": {"type": "status-update", "call": {"status": "new-word"}}}

    async def story(around: Box) -> Any:
        body = {"generation": "g2", "payload": payload, "copies": 2}
        return (await around.http.post("/sandbox/events", json=body)).json(), around.receiver.got

    told, got = in_box(story)
    assert (told["event"], told["status"], told["copies_agree"]) == ("status-update", 200, True)
    assert json.loads(told["reply"]) == {"event_id": "evt_1"}
    assert [each.payload for each in got] == [payload, payload]
    assert not got[0].headers["x-webhook-signature"].startswith("sha256=")


def test_a_kind_given_by_hand_is_in_the_header() -> None:
    async def story(around: Box) -> str:
        body = {"kind": "surprise", "payload": {"message": {"type": "status-update"}}}
        await around.http.post("/sandbox/events", json=body)
        return around.receiver.got[0].headers["x-webhook-event"]

    assert in_box(story) == "surprise"


def test_faults_are_listed_and_cleared() -> None:
    async def story(around: Box) -> list[int]:
        await around.http.post("/sandbox/faults", json={"kind": "slow", "times": 3})
        listed = (await around.http.get("/sandbox/faults")).json()
        cleared = await around.http.delete("/sandbox/faults")
        return [listed[0]["times"], cleared.status_code, len((await around.http.get("/sandbox/faults")).json())]

    assert in_box(story) == [3, 204, 0]


def test_requests_by_path() -> None:
    async def story(around: Box) -> list[str]:
        await around.http.get("/crm/notes")
        await around.http.get("/alerts")
        seen = (await around.http.get("/sandbox/requests?path=/crm")).json()
        return [each["path"] for each in seen]

    assert in_box(story) == ["/crm/notes"]


def test_options_change_only_what_is_named() -> None:
    async def story(around: Box) -> tuple[Any, Any, int]:
        changed = (await around.http.patch("/sandbox/options", json={"fluents_form": "older"})).json()
        now = (await around.http.get("/sandbox/options")).json()
        wrong = await around.http.patch("/sandbox/options", json={"pace": -1})
        return changed, now, wrong.status_code

    changed, now, wrong = in_box(story, pace=3)
    assert changed == now
    assert (now["fluents_form"], now["pace"], wrong) == ("older", 3, 422)


def test_reset() -> None:
    async def story(around: Box) -> tuple[int, Any]:
        await around.http.post("/sandbox/calls", json={})
        status = (await around.http.post("/sandbox/reset")).status_code
        return status, (await around.http.get("/sandbox/calls")).json()

    assert in_box(story) == (204, [])


def test_a_wait_that_is_no_number() -> None:
    async def story(around: Box) -> int:
        call_id = (await around.http.post("/sandbox/calls", json={"generation": "g2"})).json()["id"]
        return (await around.http.get(f"/sandbox/calls/{call_id}?wait=long")).status_code

    assert in_box(story) == 422
