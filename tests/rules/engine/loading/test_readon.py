from __future__ import annotations

import pytest

from tests.rules.engine.vocab import found, rule_of

RULE = """\
description: x
on: ON
steps:
  - action: log
    with: { message: hello }
"""


def said(on: str) -> list[str]:
    return found(RULE.replace("ON", on))


@pytest.mark.parametrize(
    ("on", "triggers"),
    [
        ("tool-calls", [("tool-calls", "tool.name", [])]),
        ("[assistant-request, tool-calls]", [("assistant-request", "", []), ("tool-calls", "tool.name", [])]),
        ("{ tool-calls: book }", [("tool-calls", "tool.name", ["book"])]),
        ("{ tool-calls: [book, move] }", [("tool-calls", "tool.name", ["book", "move"])]),
        ("{ tool-calls: }", [("tool-calls", "tool.name", [])]),
        ("{ status-update: ended }", [("status-update", "call.status", ["ended"])]),
        ("{ event: call_back }", [("emitted", "event.name", ["call_back"])]),
        ("{ native: speech-update }", [("", "", ["speech-update"])]),
        ("manual", [("manual", "", [])]),
        ("{ manual: , tool-calls: book }", [("manual", "", []), ("tool-calls", "tool.name", ["book"])]),
    ],
)
def test_what_a_rule_is_about(on: str, triggers: list[tuple[str, str, list[str]]]) -> None:
    rule = rule_of(RULE.replace("ON", on))
    assert [(t.kind, t.filter, sorted(t.values)) for t in rule.triggers] == triggers


def test_schedules() -> None:
    rule = rule_of(RULE.replace("ON", '{ schedule: { cron: "0 18 * * MON-FRI", catch_up: once } }'))
    assert rule.schedule is not None
    assert rule.schedule.cron == "0 18 * * MON-FRI"
    assert rule.schedule.timezone == "Europe/Amsterdam"
    assert rule.schedule.catch_up == "once"


@pytest.mark.parametrize(
    ("on", "message"),
    [
        ("asistant-request", '2:5 unknown kind of event "asistant-request"; did you mean "assistant-request"?'),
        ("[tool-calls, nothing]", '2:18 unknown kind of event "nothing"'),
        ("[{ tool-calls: x }]", "2:6 a list in `on` holds kinds; for filters write a map such as tool-calls: NAME"),
        ("schedule", '2:5 `schedule` needs a value, as in schedule: {cron: "0 18 * * *"}'),
        ("event", "2:5 `event` needs a value, as in event: NAME"),
        ("native", "2:5 `native` needs a value, as in native: NAME"),
        ("{ native: }", "2:15 `native` needs the platform's own event name"),
        ("{ assistant-request: x }", "2:26 assistant-request has no filter; use `if` instead"),
        (
            "{ status-update: finished }",
            '2:22 call.status is ringing, in-progress, forwarding, ended or failed, never "finished"',
        ),
        (
            "{ native: speach-update }",
            '2:15 no platform is known to send "speach-update"; did you mean "speech-update"?',
        ),
        ("{ schedule: daily }", "2:17 `schedule` must be a map, this is text"),
        ("{ schedule: { timezone: UTC } }", "2:17 `schedule` needs `cron`"),
        ('{ schedule: { cron: "61 * * * *" } }', '2:25 "61 * * * *" is not a cron line'),
        ('{ schedule: { cron: "0 0 30 2 *" } }', '2:25 "0 0 30 2 *" never comes'),
        ('{ schedule: { cron: "0 0 0 * * *" } }', '2:25 "0 0 0 * * *" is not a cron line'),
        ('{ schedule: { cron: "0 0 * * *", timezone: Here } }', '2:48 "Here" is not a time zone'),
        ('{ schedule: { cron: "0 0 * * *", catchup: once } }', '2:38 unknown key "catchup"; did you mean "catch_up"?'),
        ("[]", "2:5 `on` is empty; name at least one kind of event"),
        ("{}", "2:5 `on` is empty"),
        ("", "2:4 a rule needs `on`: which events it is about"),
    ],
)
def test_mistakes(on: str, message: str) -> None:
    lines = said(on)
    assert any(line.startswith(message) for line in lines), lines
