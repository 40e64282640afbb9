from __future__ import annotations

from typing import Any

import pytest

from console.sandbox import seed
from tests.console.sandbox.support import Box, in_box

CALL: dict[str, Any] = {
    "to_number": "+31612340001",
    "from_number": "+31850000003",
    "agent_phone_number": "+31850000003",
    "agent": seed.FLUENTS_DAY_AGENT,
    "telephony_provider": "twilio",
    "telephony_params": {},
    "context": {"first_name": "Ada"},
}


async def ask(around: Box, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Authorization": "Bearer fluents_sandbox"}
    response = await around.http.request(method, f"/fluents/v1{path}", headers=headers, json=body)
    return response.status_code, response.json()


def test_a_call_is_started_shown_listed_and_ended() -> None:
    async def story(around: Box) -> None:
        status, call = await ask(around, "POST", "/calls/create", CALL)
        assert (status, call["status"], call["agent"]["name"]) == (201, "not_started", "Day desk")
        _, shown = await ask(around, "GET", f"/calls?id={call['id']}")
        assert (shown["to_number"], shown["context"]) == ("+31612340001", {"first_name": "Ada"})
        _, listed = await ask(around, "GET", "/calls/list?page=1&size=100")
        assert [(each["id"], each["agent"]) for each in listed["items"]] == [(call["id"], seed.FLUENTS_DAY_AGENT)]
        assert (await ask(around, "POST", f"/calls/end?id={call['id']}"))[1]["status"] == "ended"

    in_box(story)


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"agent": "none"}, 404), ({"from_number": "+31850000099"}, 404), ({"context": None}, 201)],
)
def test_what_a_call_needs(changes: dict[str, Any], status: int) -> None:
    async def story(around: Box) -> None:
        assert (await ask(around, "POST", "/calls/create", CALL | changes))[0] == status

    in_box(story)


@pytest.mark.parametrize("missing", CALL)
def test_nothing_may_be_left_out(missing: str) -> None:
    async def story(around: Box) -> None:
        body = {name: value for name, value in CALL.items() if name != missing}
        status, said = await ask(around, "POST", "/calls/create", body)
        assert (status, missing in said["message"]) == (400, True)

    in_box(story)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/calls?id=none"), ("POST", "/calls/end?id=none"), ("GET", "/calls")]
)
def test_an_unknown_call(method: str, path: str) -> None:
    async def story(around: Box) -> None:
        assert (await ask(around, method, path))[0] == 404

    in_box(story)
