from __future__ import annotations

from datetime import UTC, datetime

from store.event import Call
from workers.reconcile.lists.base import made_between
from workers.reconcile.record import CallRecord

NINE, TEN, NOON = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (9, 10, 12))


def record(call: str, began: datetime | None, ended: datetime | None = None) -> CallRecord:
    return CallRecord(id=call, native="call", call=Call(), began=began, ended=ended)


def test_calls_of_a_stretch_of_time() -> None:
    held = [record("early", NINE), record("in", TEN), record("ended", None, TEN), record("", TEN), record("?", None)]
    assert [each.id for each in made_between(held, TEN, NOON)] == ["in", "ended"]
