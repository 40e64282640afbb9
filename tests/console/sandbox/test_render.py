from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from console.sandbox.edge import SeenRequest
from console.sandbox.record import CallRecord, Moment
from console.sandbox.render import call_line, ending_line, moment_line, request_line, story

MOMENTS = [
    Moment(at=0.2, kind="sent", text="assistant-request", data={"status": 200, "seconds": 0.012, "copies": 2}),
    Moment(at=0.2, kind="caller_hears", text="Hello [b]", waited=0.2),
    Moment(at=1, kind="caller_says", text="Hi"),
    Moment(at=9, kind="sent", text="tool-calls", data={"status": 0, "seconds": 8}),
    Moment(at=9, kind="problem", text="tool-calls: no answer within 8 s"),
    Moment(at=9, kind="caller_hears", text="Sorry", waited=8.0),
    Moment(at=9.5, kind="command", text="say"),
]
RECORD = CallRecord.model_validate(
    {
        "id": "c1",
        "generation": "g3",
        "from": "+31612340001",
        "to": "+31850000001",
        "placed_at": "",
        "status": "ended",
        "end_reason": "user_hangup",
        "duration": 9.3,
        "timeline": MOMENTS,
    }
)


def printed(what: Any) -> str:
    out = io.StringIO()
    Console(file=out, width=200, color_system=None).print(what)
    return out.getvalue()


def test_what_the_caller_hears_and_how_long_it_took() -> None:
    assert (
        printed(moment_line(MOMENTS[1])).split("  ", 1)[1].strip() == "0.20s  caller hears   “Hello [b]”  after 0.2 s"
    )


def test_a_long_silence_stands_out() -> None:
    assert any("red" in str(span.style) for span in moment_line(MOMENTS[5]).spans)
    assert not any("red" in str(span.style) for span in moment_line(MOMENTS[1]).spans)


def test_deliveries() -> None:
    assert "assistant-request  200 in 12 ms, 2 copies" in printed(moment_line(MOMENTS[0]))
    assert "tool-calls  no answer in 8000 ms" in printed(moment_line(MOMENTS[3]))


def test_the_ending() -> None:
    assert "ended: user_hangup  9.3 s talking, longest silence 8.0 s, 1 problem\n" in printed(ending_line(RECORD))


def test_who_calls_whom() -> None:
    assert "+31612340001 calls +31850000001  (g3, no saved assistant, c1)" in printed(call_line(RECORD))


def test_requests() -> None:
    seen = SeenRequest(at="", method="POST", path="/crm/notes", query="", body=None, status=201)
    assert printed(request_line(seen)).strip() == "201 POST /crm/notes"
    cut = seen.model_copy(update={"status": 0, "fault": "reset_after"})
    assert printed(request_line(cut)).strip() == "cut POST /crm/notes  (reset_after ordered)"


def test_the_whole_story() -> None:
    lines = printed(story(RECORD)).splitlines()
    assert len(lines) == len(MOMENTS) + 2
    seen = SeenRequest(at="", method="GET", path="/crm/notes", query="", body=None, status=200)
    assert printed(story(RECORD, [seen])).splitlines()[-2:] == ["API requests", " 200 GET /crm/notes"]
