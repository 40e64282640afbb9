from __future__ import annotations

from rules.engine.playing.retries import LONGEST_WAIT, longest_wait


def test_waits_grow_and_end_at_an_hour() -> None:
    assert [longest_wait(2.0, 2.0, tries) for tries in (1, 2, 3)] == [2.0, 4.0, 8.0]
    assert longest_wait(2.0, 2.0, 30) == LONGEST_WAIT
    assert longest_wait(2.0, 10.0, 5000) == LONGEST_WAIT
