from __future__ import annotations

import pytest

from console.web.render import bare_page, clock, milliseconds, moment, pretty


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.42, "0.4 ms"), (9.96, "10.0 ms"), (46, "46 ms"), (1500, "1.5 s"), (180_000, "3 min"),
        (10_800_000, "3 h"), (259_200_000, "3 d"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_short(value: float, told: str) -> None:
    assert milliseconds(value) == told


def test_moments_are_in_utc() -> None:
    assert (moment(0), clock(1)) == ("1970-01-01 00:00:00", "00:00:00.001")


def test_nothing_is_markup() -> None:
    assert "<b>" not in bare_page("<b>", "<b>", ["<b>"])


def test_records_are_readable() -> None:
    assert pretty({"a": [1]}) == '{\n  "a": [\n    1\n  ]\n}'
