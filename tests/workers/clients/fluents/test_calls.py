from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import Response

from tests.workers.clients.support import Platform, context, refused, said_by, session
from workers.clients.errors import InDoubtError, Invalid, NotFound
from workers.clients.fluents import calls as module
from workers.clients.fluents.calls import Calls
from workers.clients.fluents.client import Fluents
from workers.clients.fluents.requests import CallOrder

ORDER: CallOrder = {
    "to_number": "+31612340001",
    "from_number": "+31850000001",
    "agent_phone_number": "+31850000001",
    "agent": "a1",
    "telephony_provider": "twilio",
    "context": {"user_id": "42", "id": "7"},
    "is_outgoing": True,
}
SOUND = b"\xff\xfb\x90\x00" + bytes(range(256)) * 40


def calls(routes: dict[str, Any]) -> tuple[Platform, Calls]:
    platform = Platform(routes)
    return platform, Fluents(session(platform)).calls


async def test_what_is_usual_lies_below_what_is_ordered() -> None:
    platform, own = calls({"POST /v1/calls/create": {"id": "c1"}})
    await own.create(ORDER, {"on_no_human_answer": "hangup", "agent": "another"})
    assert platform.seen[0].body == {**ORDER, "telephony_params": {}, "on_no_human_answer": "hangup"}
    await own.create(ORDER, {"telephony_params": {"record": "true"}})
    assert platform.seen[1].body["telephony_params"] == {"record": "true"}


async def test_ending_a_call_sends_no_body_and_is_not_repeated_blindly() -> None:
    platform, own = calls({"POST /v1/calls/end": {"id": "c1", "status": "ended"}})
    assert (await own.end("c1")).status == "ended"
    assert (platform.seen[0].query, platform.seen[0].body) == ("id=c1", None)
    with pytest.raises(InDoubtError):
        await calls({"POST /v1/calls/end": refused(502, {})})[1].end("c1")


async def test_a_recording_is_read_whole_and_its_size_alone_is_written_down() -> None:
    platform = Platform({"GET /v1/calls/recording": Response(SOUND, media_type="audio/mpeg")})
    recorder = context(platform.client(), "fluents")
    recording = await Fluents(session(platform, recorder=recorder)).calls.recording("c+1")
    assert (recording.content, recording.media_type) == (SOUND, "audio/mpeg")
    assert (platform.seen[0].query, platform.seen[0].headers["accept"]) == ("id=c%2B1", "audio/mpeg")
    assert f'"body": {{"bytes": {len(SOUND)}, "type": "audio/mpeg"}}' in said_by(recorder)


async def test_a_recording_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECORDING_LIMIT", 1000)
    with pytest.raises(Invalid, match="more than 1000 bytes"):
        await calls({"GET /v1/calls/recording": Response(SOUND, media_type="audio/mpeg")})[1].recording("c1")


async def test_a_recording_that_is_not_there() -> None:
    with pytest.raises(NotFound):
        await calls({"GET /v1/calls/recording": refused(404, {"message": "Recording not found"})})[1].recording("c1")


def test_where_a_recording_is() -> None:
    url = calls({})[1].recording_url("c+1")
    assert url == "https://api.test/v1/calls/recording?id=c%2B1"
