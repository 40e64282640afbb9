from __future__ import annotations

import io
import json
import logging
import sys
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

from console.process.logs import JsonFormatter, TextFormatter, extras, set_up_logging
from store.about import now_about
from store.event import Call, Event
from store.settings import StoreSettings
from tests.store.builders import an_event


def record(message: str = "delivery refused", level: int = logging.WARNING, **extra: Any) -> logging.LogRecord:
    return logging.getLogger("receiver").makeRecord("receiver", level, "f.py", 1, message, (), None, extra=extra)


def raised(error: Exception) -> logging.LogRecord:
    try:
        raise error
    except Exception:  # noqa: BLE001 - what a process edge does
        given = record("unexpected", logging.ERROR)
        given.exc_info = sys.exc_info()
        return given


def json_line(given: logging.LogRecord) -> dict[str, Any]:
    text = JsonFormatter().format(given)
    assert "\n" not in text
    line: dict[str, Any] = json.loads(text)
    return line


def test_json_has_the_extras_beside_its_own_names() -> None:
    line = json_line(record(connection="desk", tries=3, path=Path("/x")))
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "warning", "logger": "receiver", "message": "delivery refused", "connection": "desk", "tries": 3,
        "path": "/x",
    }  # fmt: skip


def test_a_line_names_the_event_it_is_written_for() -> None:
    def lines(event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
        now_about(event)
        return json_line(record(reason="stale")), json_line(record(event_id="evt_another"))

    event = an_event(call=Call(id="call-7"))
    own, others = copy_context().run(lines, event)
    assert (own["event_id"], own["connection"], own["call_id"]) == (event.id, "desk", "call-7")
    assert own["reason"] == "stale"
    assert others["event_id"] == "evt_another"
    assert "call_id" not in others
    assert "event_id" not in json_line(record())


def test_what_a_line_says_itself_counts() -> None:
    def line(event: Event) -> dict[str, Any]:
        now_about(event)
        return json_line(record(connection="that of the API"))

    assert copy_context().run(line, an_event())["connection"] == "that of the API"


def test_an_extra_cannot_take_the_place_of_the_level() -> None:
    given = record()
    given.__dict__ |= {"level": "harmless", "logger": "me"}
    line = json_line(given)
    assert (line["level"], line["logger"]) == ("warning", "receiver")


def test_an_exception_stays_on_the_one_line() -> None:
    line = json_line(raised(ValueError("two\nlines")))
    assert "ValueError: two\nlines" in line["exception"]
    assert line["exception"].startswith("Traceback")


@pytest.mark.parametrize("value", [{1: {2}}, 2**70, "half an emoji \ud83d", {"deep": ["\ud83d"]}, object])
def test_whatever_is_logged_becomes_one_json_line(value: object) -> None:
    assert json_line(record(value=value))["message"] == "delivery refused"


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_phone_numbers_never_reach_the_log(formatter: logging.Formatter) -> None:
    given = raised(ValueError("no such customer +31612340001"))
    given.msg, given.caller = "call from +31612340001", {"number": "+31612340001"}
    text = formatter.format(given)
    assert "1612340001" not in text
    assert text.count("+316•••••01") == 3


def test_text_is_for_reading() -> None:
    text = TextFormatter().format(record(connection="desk", reason="stale"))
    assert text[8:] == " ▲ delivery refused  connection=desk reason=stale"


def test_text_names_the_event_of_what_somebody_may_look_into() -> None:
    def lines(event: Event) -> tuple[str, str]:
        now_about(event)
        formatted = TextFormatter().format
        return formatted(record("dead letter", rule="night")), formatted(record("a call", logging.INFO, rule="night"))

    event = an_event()
    letter, call = copy_context().run(lines, event)
    assert letter.endswith(f" ▲ dead letter  rule=night event_id={event.id}")
    assert call.endswith(" ● a call  rule=night")


def test_text_shows_exceptions_and_spells_out_control_characters() -> None:
    text = TextFormatter().format(raised(ValueError("\x1b[2J")))
    assert " ✖ unexpected\nTraceback" in text
    assert text.endswith("ValueError: \\x1b[2J")


def test_extras_are_only_what_was_given() -> None:
    assert extras(record(a=1)) == {"a": 1}


@pytest.mark.parametrize(("chosen", "first"), [("json", "{"), ("auto", "{"), ("text", "")])
def test_the_settings_choose_the_form(chosen: str, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        set_up_logging(StoreSettings(log=chosen, log_level="WARNING"))
        logging.getLogger("worker").info("not told")
        logging.getLogger("worker").warning("told")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    (line,) = stderr.getvalue().splitlines()
    assert "told" in line
    assert line.startswith("{") is (first == "{")
