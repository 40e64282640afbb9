from __future__ import annotations

import pytest

from tests.rules.engine.vocab import found

RULE = """\
description: x
on: [end-of-call-report, status-update]
if: |
  IF
steps: [{ action: log, with: { message: x } }]
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('call.status == "completed"', "4:18 call.status is ringing, in-progress, forwarding, ended or failed, never"),
        ('"completed" == call.status', "4:3 call.status is ringing"),
        ('call.from == "a" || call.status in ["ended", "done"]', "4:48 call.status is ringing"),
        ('weekday(now) < "fri"', "4:18 weekday(now) would be compared by the alphabet"),
        ('event.kind == "tool-calls"', "4:17 event.kind is end-of-call-report or status-update"),
        ('event.provider == "fluents"', '4:21 event.provider is flireo, never "fluents"'),
        ("now.getHours() > 3", "4:3 getHours() counts in UTC; write time(now) or getHours("),
        ('call.from.startsWith("06")', "4:24 call.from comes like +31612340001"),
        ('call.to == "a" && call.to == "b"', '4:32 never both: call.to == "a" and call.to == "b"'),
        ('call.to != "a" || call.to != "b"', "4:32 always true"),
        ('(call.to == "a" && call.to == "b") || call.from == ""', "4:33 never both"),
        ("size(raw.messages" + ".map(x, x)" * 11 + ") > 1", "4:8 this may take too long"),
    ],
)
def test_what_cannot_be_meant(text: str, message: str) -> None:
    lines = found(RULE.replace("IF", text))
    assert len(lines) == 1, lines
    assert lines[0].startswith(message), lines


@pytest.mark.parametrize(
    "text",
    [
        'call.status == "ended"', 'call.status in ["", "failed"]', 'weekday(now) in ["sat", "sun"]', 'call.to > "a"',
        'now.getHours("Europe/Amsterdam") > 3', 'call.from.startsWith("+316")', 'call.from.startsWith("anon")',
        'call.to == "a" || call.to == "b"', 'call.to != "a" && call.to != "b"', 'call.to != "a" || call.to != "a"',
        'event.connection == ""', 'event.connection == "front_desk"', 'event.kind == "status-update"',
        "size(raw.messages" + ".map(x, x)" * 10 + ") > 1",
    ],
)  # fmt: skip
def test_what_can(text: str) -> None:
    assert found(RULE.replace("IF", text)) == []
