from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

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
BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)
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


def page_of(*hours: int, more: bool = True) -> dict[str, Any]:
    items = [{"id": f"c{hour}", "start_time": f"2026-03-02T{hour:02}:00:00Z"} for hour in hours]
    return {"items": items, "has_more": more}


def asked_for(pages: dict[str, Any]) -> tuple[Platform, Calls]:
    return calls({"GET /v1/calls/list": lambda seen: pages[dict(parse_qsl(seen.query))["page"]]})


async def test_reading_stops_where_the_newest_come_first_and_the_last_is_too_old() -> None:
    platform, own = asked_for({"1": page_of(15, 14), "2": page_of(13, 11), "3": page_of(10, 9)})
    listing = await own.since(BEGIN)
    assert ([each.id for each in listing.items], listing.complete) == (["c15", "c14", "c13", "c11"], True)
    assert "sort_column=start_time&sort_desc=true" in platform.seen[0].query


async def test_in_another_order_everything_is_read() -> None:
    _, own = asked_for({"1": page_of(9, 10), "2": page_of(15, 11), "3": page_of(14, 8, more=False)})
    assert len((await own.since(BEGIN)).items) == 6


async def test_where_that_order_is_refused_the_usual_one_is_asked_for() -> None:
    def answer(seen: Any) -> Any:
        usual = dict(parse_qsl(seen.query))["sort_column"] == "id"
        return page_of(15, more=False) if usual else refused(400, {"message": "sort_column is wrong"})

    _, own = calls({"GET /v1/calls/list": answer})
    assert [each.id for each in (await own.since(BEGIN)).items] == ["c15"]
