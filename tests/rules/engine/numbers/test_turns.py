from __future__ import annotations

import pytest

from rules.engine.cel.hours import parse_hours
from rules.engine.numbers.turns import in_turn


@pytest.mark.parametrize(
    ("hours", "turns"),
    [
        ([{"mon-fri": "09:00-18:00"}], [True, True]),
        ([{"mon-sun": "open"}, {"mon": "09:00-10:00"}], [True, False, False]),
        ([{"2026-12-25": "closed"}], [False, True]),
        ([{"mon-sun": "open", "2026-12-25": "closed"}], [True, True]),
        ([{"fri": "22:00-02:00"}, {"sat": "00:00-02:00"}], [True, False, True]),
        ([{"mon": "09:00-18:00"}, {"2026-03-03": "open"}], [True, True, True]),
        ([{"2001-01-01": "open"}, {"mon": "open"}], [True, True, True]),
    ],
)
def test_which_hours_come_to_their_turn(hours: list[dict[str, str]], turns: list[bool]) -> None:
    assert in_turn([parse_hours(each) for each in hours]) == turns
