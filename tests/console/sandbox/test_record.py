from __future__ import annotations

from console.sandbox.record import CallRecord, Moment


def record(*moments: Moment) -> CallRecord:
    return CallRecord.model_validate(
        {"id": "c", "generation": "g3", "from": "+1", "to": "+2", "placed_at": "now", "timeline": list(moments)}
    )


def test_what_was_heard_and_what_was_wrong() -> None:
    told = record(
        Moment(at=0, kind="caller_hears", text="Hello", waited=0.2),
        Moment(at=1, kind="caller_says", text="Hi"),
        Moment(at=2, kind="knows", text="a secret"),
        Moment(at=4, kind="caller_hears", text="Bye", waited=3.5),
        Moment(at=5, kind="problem", text="late"),
    )
    assert told.heard() == ["Hello", "Bye"]
    assert told.problems() == ["late"]
    assert told.longest_silence() == 3.5
    assert told.messages() == [
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Bye"},
    ]


def test_nothing_happened() -> None:
    assert record().longest_silence() == 0


def test_json_names() -> None:
    written = record().model_dump_json()
    assert '"from":"+1"' in written
    assert CallRecord.model_validate_json(written) == record()
