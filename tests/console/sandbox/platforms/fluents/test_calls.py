from __future__ import annotations

from typing import Any

import pytest

from console.sandbox.platforms.fluents import seed
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
PAGE = "/calls/list?page=1&size=100&sort_column=id&sort_desc=false&filters="


async def ask(around: Box, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Authorization": "Bearer fluents_sandbox"}
    response = await around.http.request(method, f"/fluents/v1{path}", headers=headers, json=body)
    if response.headers["content-type"] == "audio/mpeg":
        return response.status_code, response.content
    return response.status_code, response.json()


def test_a_call_is_started_shown_listed_and_ended() -> None:
    async def story(around: Box) -> None:
        status, call = await ask(around, "POST", "/calls/create", CALL)
        assert (status, call["status"], call["agent"]["name"]) == (201, "not_started", "Day desk")
        _, shown = await ask(around, "GET", f"/calls?id={call['id']}")
        assert (shown["to_number"], shown["context"]) == ("+31612340001", {"first_name": "Ada"})
        _, listed = await ask(around, "GET", PAGE)
        assert [(each["id"], each["agent"]) for each in listed["items"][1:]] == [(call["id"], seed.FLUENTS_DAY_AGENT)]
        assert (await ask(around, "POST", f"/calls/end?id={call['id']}"))[1]["status"] == "ended"

    in_box(story)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"agent": "none"}, 404),
        ({"from_number": "+31850000099"}, 404),
        ({"context": None}, 201),
        ({"telephony_id": "x"}, 400),
    ],
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
    ("method", "path"),
    [
        ("GET", "/calls?id=none"),
        ("POST", "/calls/end?id=none"),
        ("GET", "/calls"),
        ("GET", "/calls/recording?id=none"),
    ],
)
def test_an_unknown_call(method: str, path: str) -> None:
    async def story(around: Box) -> None:
        assert (await ask(around, method, path))[0] == 404

    in_box(story)


def test_a_past_call_has_a_recording_and_a_new_one_has_none() -> None:
    async def story(around: Box) -> None:
        status, sound = await ask(around, "GET", f"/calls/recording?id={seed.FLUENTS_PAST_CALL}")
        assert (status, sound[:2]) == (200, b"\xff\xfb")
        _, call = await ask(around, "POST", "/calls/create", CALL)
        assert (await ask(around, "GET", f"/calls/recording?id={call['id']}"))[0] == 404

    in_box(story)


def test_a_call_shows_its_agent_and_its_carrier_with_credentials() -> None:
    async def story(around: Box) -> None:
        _, call = await ask(around, "GET", f"/calls?id={seed.FLUENTS_PAST_CALL}")
        assert call["agent"]["voice"]["api_key"]
        assert call["telephony_account_connection"]["credentials"]["twilio_auth_token"]
        assert call["action_history"][0]["result"]["http_status_code"] == 200

    in_box(story)


def test_older_lists_tell_times_as_numbers() -> None:
    async def story(around: Box) -> None:
        _, listed = await ask(around, "GET", "/calls/list?page=1")
        assert listed["items"][0]["end_time"] - listed["items"][0]["start_time"] == 60

    in_box(story, fluents_form="older")


def test_a_number_on_the_do_not_call_list_is_not_called() -> None:
    async def story(around: Box) -> None:
        status, call = await ask(around, "POST", "/calls/create", CALL | {"to_number": "+31612349999"})
        assert (status, call["status"], call["stage_outcome"]) == (201, "ended", "call_did_not_connect")

    in_box(story)
