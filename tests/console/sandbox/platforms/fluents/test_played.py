from __future__ import annotations

from console.sandbox.livecall import LiveCall
from console.sandbox.platforms.fluents.played import played_call, transcript
from console.sandbox.record import CallRecord, Moment
from console.sandbox.seed import fresh_world


def a_call(**fields: object) -> LiveCall:
    usual = {
        "id": "c1", "platform": "fluents", "generation": "g3", "from": "+31612340001", "to": "+31850000001",
        "placed_at": "2026-03-02T09:00:00.000Z",
    }  # fmt: skip
    call = LiveCall(CallRecord.model_validate(usual | fields), lambda: 0.0)
    for kind, said in (("caller_hears", "Hello"), ("caller_says", "Hi")):
        call.record.timeline.append(Moment(at=0.0, kind=kind, text=said))
    return call


ENDED = {"started_at": "2026-03-02T09:00:01.000Z", "ended_at": "2026-03-02T09:01:00.000Z", "status": "ended"}


def test_a_call_goes_on_ends_and_is_recorded() -> None:
    held = fresh_world().fluents
    going = played_call(held, a_call(status="in-progress", started_at=ENDED["started_at"]))
    assert (going["status"], going["transcript"], going["recording_available"]) == ("in_progress", None, False)
    over = played_call(held, a_call(**ENDED, end_reason="user_hangup"))
    assert (over["status"], over["stage_outcome"], over["recording_available"]) == (
        "ended",
        "human_disconnected",
        False,
    )
    assert over["transcript"] == "BOT: Hello\nHUMAN: Hi"
    assert played_call(held, a_call(**ENDED, done=True))["recording_available"]
    assert held.expanded_call(over)["telephony_account_connection"]


def test_a_call_that_failed() -> None:
    failed = played_call(fresh_world().fluents, a_call(status="error", error="nobody there", done=True))
    assert (failed["status"], failed["stage_outcome"], failed["error_message"]) == (
        "error", "call_did_not_connect", "nobody there",
    )  # fmt: skip
    assert failed["end_time"] == failed["start_time"]
    assert not failed["recording_available"]


def test_what_was_said() -> None:
    assert transcript(a_call()).startswith("BOT: Hello")
