from __future__ import annotations

from typing import Any

from console.missed import is_a_finding, sentences

FOUND: dict[str, Any] = {
    "connection": "desk", "provider": "flireo", "since": None, "until": None, "asked": True, "why": "",
    "complete": True, "known": 5, "whole": 3, "missing": 2, "recovered": 2, "still_missing": 0, "in_progress": 0,
    "came_twice": 0, "not_received": {"status-update": 2}, "usual": [], "calls": [],
}  # fmt: skip
MISSED = FOUND | {"recovered": 1, "still_missing": 1, "calls": [{"call": "c1", "why": "no answer"}, {"call": "c2"}]}
REFUSED = FOUND | {"connection": "other", "why": "the key was refused", "asked": False}


def test_what_a_table_does_not_say() -> None:
    assert sentences(REFUSED) == ["could not be asked: the key was refused"]
    assert sentences(MISSED)[-1] == "1 could not be recovered: no answer"
    assert len(sentences(MISSED, dry_run=True)) == 1
    odd = FOUND | {"complete": False, "came_twice": 1, "not_received": {}}
    assert len(sentences(odd)) == 2
    assert [is_a_finding(each) for each in (FOUND, MISSED, REFUSED, odd)] == [False, True, True, True]
