from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.clients.times import iso, moment, seconds_between

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-21T12:00:00Z",
        "2026-11-21T13:00:00+01:00",
        "2026-11-21T12:00:00",
        "2026-11-21 12:00:00.000",
        NOON.timestamp(),
        int(NOON.timestamp()) * 1000,
        str(int(NOON.timestamp())),
        f" {NOON.timestamp()} ",
    ],
)
def test_every_way_to_write_a_time(written: Any) -> None:
    assert moment(written) == NOON


@pytest.mark.parametrize("written", [None, "", "soon", True, [], {}, "99999999999999999", float("nan"), float("inf")])
def test_what_is_no_time(written: Any) -> None:
    assert moment(written) is None
    assert iso(written) == ""


@given(st.text() | st.floats() | st.integers() | st.none())
def test_nothing_breaks_it(written: Any) -> None:
    assert moment(written) is None or iso(written)


def test_how_long_it_lasted() -> None:
    later = (NOON + timedelta(seconds=90)).astimezone(timezone(timedelta(hours=2))).isoformat()
    assert seconds_between(NOON.isoformat(), later) == 90.0
    assert seconds_between(later, NOON.isoformat()) == 0.0
    assert seconds_between(None, later) == 0.0
