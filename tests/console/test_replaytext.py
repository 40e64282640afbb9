from __future__ import annotations

from typing import Any

from rich.text import Text

from console.replay import Change
from console.replaytext import change_rows, rehearsal_lines

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
        "        what it gives is not known; the rest of the rule hangs on it",
        "answer to call_1 by rule look_up: what step customer gives decides",
    ]


def test_answers() -> None:
    given = {"by": "rule", "rule": "look_up", "answer": {"result": "hello"}, "needs": ""}
    assert lines(given)[-1] == 'answer by rule look_up: {"result":"hello"}'
    assert lines({"by": "fallback", "rule": "", "answer": None})[-1] == "answer by the connection's fallback"


def test_no_rule() -> None:
    assert "no rule listens" in next(rehearsal_lines({"rules": [], "answers": []}))


def test_changes_as_rows() -> None:
    answered = {"by": "rule", "rule": "night", "answer": {"assistant": "n"}, "needs": ""}
    rows = change_rows(
        [
            Change("evt_1", "assistant-request", 0, "", "rule night", "not_matched", None),
            Change("evt_1", "assistant-request", 0, "", "answer", answered, {"by": "fallback"}),
            Change("evt_1", "assistant-request", 0, "", "answer", {**answered, "answer": None}, answered),
            Change("evt_1", "message", 0, "", "step night/1", {"action": "log", "with": {"message": "x" * 100}}, None),
        ]
    )
    assert rows[0]["received"] == "1970-01-01 00:00:00"
    assert [(row["now"], row["then"]) for row in rows[:3]] == [
        ("not matched", "–"), ('night: {"assistant":"n"}', "fallback"), ("night: undecided", 'night: {"assistant":"n"}')
    ]  # fmt: skip
    assert rows[3]["now"].endswith("xxx …")
