"""What the platform knows of a call beside what was received of it: is anything missing?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from store.calls import Heard
from workers.reconcile.lists.base import CallList
from workers.reconcile.record import REPORT, CallRecord

Verdict = Literal["whole", "missing", "in progress"]

GRACE = timedelta(minutes=5)
"""After its end a call's report may be under way for so long."""
FINAL_WITHIN = timedelta(minutes=20)
"""Until then a call is given time to become final, after that it is taken as it is."""


def is_fresh(record: CallRecord, now: datetime, grace: timedelta = GRACE) -> bool:
    """Whether it goes on, or ended so lately that its report may be under way."""
    return not record.over or record.last is None or now - record.last < grace


def is_unfinished(record: CallRecord, now: datetime) -> bool:
    """Whether a call that was asked for whole may soon tell more."""
    return not record.final and (record.last is None or now - record.last < FINAL_WITHIN)


def verdict(
    record: CallRecord, heard: Sequence[Heard], kind: type[CallList], now: datetime, grace: timedelta = GRACE
) -> Verdict:
    """`missing` when the call is over and its report was never received.

    A call that nobody answered need not have one: some other event of it is enough, unless reports are made here.
    """
    reports = [each for each in heard if each.kind == REPORT]
    if any(not kind.grows or _covers(each, record) for each in reports):
        return "whole"
    if is_fresh(record, now, grace):
        return "in progress"
    if heard and not record.answered and not kind.completes:
        return "whole"
    return "missing"


def _covers(report: Heard, record: CallRecord) -> bool:
    """Whether a conversation has not changed since it was reported."""
    reported = datetime.fromtimestamp(report.received_ms / 1000, UTC)
    return record.last is None or record.last <= reported


def came_twice(heard: Sequence[Heard], kind: type[CallList]) -> bool:
    """Whether the platform's own report came after all, and could not be told from another one."""
    reports = [each for each in heard if each.kind == REPORT]
    return not kind.grows and len({each.recovered for each in reports}) > 1


def not_received(
    record: CallRecord, heard: Sequence[Heard], kind: type[CallList], usual: frozenset[str]
) -> frozenset[str]:
    """The kinds that this connection usually brings of a call, and that did not come of this one."""
    if not (record.over and record.answered):
        return frozenset()
    received = {each.kind for each in heard if not each.recovered}
    due = (kind.expects & usual) | ({REPORT} & kind.expects)
    return frozenset(due - received)
