from __future__ import annotations

from typing import Any

from rich.text import Text

from console.past.replaytext import rehearsal_lines

STEP = {"id": "customer", "action": "http.request", "line": 7, "with": {"url": "https://x"}, "result": "unknown"}
RULE = {
    "rule": "look_up",
    "tool": "call_1",
    "outcome": "undecided",
    "needs": "customer",
    "conditions": [],
    "steps": [STEP],
}


def lines(answer: dict[str, Any]) -> list[str]:
    return [Text.from_markup(line).plain for line in rehearsal_lines({"rules": [RULE], "answers": [answer]})]


def test_a_rehearsal() -> None:
    answer = {"tool": "call_1", "by": "rule", "rule": "look_up", "answer": None, "needs": "customer"}
    assert lines(answer) == [
        "look_up for call_1 undecided: its conditions hold; what follows hangs on what step customer gives",
        '     7  http.request {"url":"https://x"}',
        "        what it gives is not known",
        "answer to call_1 by rule look_up: what step customer gives decides",
    ]


def test_answers() -> None:
    given = {"by": "rule", "rule": "look_up", "answer": {"result": "hello"}, "needs": ""}
    assert lines(given)[-1] == 'answer by rule look_up: {"result":"hello"}'
    assert lines({"by": "fallback", "rule": "", "answer": None})[-1] == "answer by the connection's fallback"


def test_no_rule() -> None:
    assert "no rule listens" in next(rehearsal_lines({"rules": [], "answers": []}))
