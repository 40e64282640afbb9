from __future__ import annotations

import json
import logging
import warnings
from tempfile import TemporaryFile
from typing import Any

import apprise
import pytest
from apprise.manager_plugins import NotificationManager

from tests.warm.programs import Program
from workers.clients.notices.child import Notes, deliver, goes_over_http_or_mail

SERVICES: Any = NotificationManager()  # type: ignore[no-untyped-call]
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    SERVICES.load_modules()
LOCAL = {"dbus", "gnome", "glib", "macosx", "windows", "syslog", "blink1"}
OTHER_WAYS = {"irc", "mqtt", "amqp", "xmpp", "growl", "smpp", "rsyslog", "aprs"}


def note(notes: Notes, name: str, words: str, *arguments: Any) -> None:
    notes.handle(logging.LogRecord(name, logging.DEBUG, "", 0, words, arguments, None))


@pytest.mark.parametrize(
    "scheme",
    ["json", "mailto", "mailtos", "slack", "workflows", "tgram", "ntfy", "pagerduty", "twilio", "discord",
     "gchat", "opsgenie", "pover", "gotify", "matrix", "signal", "guilded", "jellyfin", "sns", "webex", "mmost"],
)  # fmt: skip
def test_services_over_http_and_mail_are_used(scheme: str) -> None:
    assert goes_over_http_or_mail(SERVICES[scheme])


@pytest.mark.parametrize("scheme", sorted(LOCAL | OTHER_WAYS))
def test_other_ways_are_not(scheme: str) -> None:
    assert not goes_over_http_or_mail(SERVICES[scheme])


def told(url: str) -> dict[str, Any]:
    """What is said of an address to which nothing is sent."""
    said: dict[str, Any] = {}
    job = {"url": url, "body": "x", "title": "", "format": "text", "seconds": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not deliver(job, said.update)
    return said


@pytest.mark.parametrize("url", ["", "hush", "foo://x", "slack://x", "://", "json://", "file:///etc/passwd", "{}"])
def test_what_is_no_url_is_told(url: str) -> None:
    assert told(url) == {"url": "unknown"}


@pytest.mark.parametrize("scheme", ["dbus", "gnome", "macosx", "windows", "syslog", "blink1", "irc", "mqtt", "rsyslog"])
def test_what_acts_on_a_machine_or_goes_another_way_is_told(scheme: str) -> None:
    assert told(f"{scheme}://127.0.0.1/a/b")["url"] == "barred"


def test_a_status_is_read_from_urllib3() -> None:
    notes = Notes()
    line = '%s://%s:%s "%s %s %s" %s %s'
    note(notes, "urllib3.connectionpool", line, "http", "127.0.0.1", 80, "POST", "/", "HTTP/1.1", 503, 0)
    note(notes, "urllib3.connectionpool", "Starting new HTTP connection (%d): %s:%s", 1, "127.0.0.1", 80)
    note(notes, "urllib3.connectionpool", "Resetting dropped connection: %s", "127.0.0.1")
    assert notes.statuses == [503]


@pytest.mark.parametrize(
    ("words", "replies", "broken"),
    [
        ("Socket Exception: (535, b'5.7.8 no')", [535], False),
        ("Socket Exception: {'a@b.nl': (550, b'no'), 'c@d.nl': (452, b'full')}", [550, 452], False),
        ("SMTP recipient a@b.nl was refused: 550 no", [550], False),
        ("Socket Exception: Connection unexpectedly closed", [], True),
        ("Socket Exception: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))", [], True),
        ("JSON Payload: (500, 'x')", [500], False),
        ("Sent JSON notification.", [], False),
    ],
)
def test_replies_and_broken_connections_are_read_from_apprise(words: str, replies: list[int], broken: bool) -> None:
    notes = Notes()
    note(notes, "apprise", words)
    assert (notes.replies, notes.broken) == (replies, broken)


def run(job: dict[str, Any]) -> tuple[int, str]:
    """Its exit code, and all it says."""
    with TemporaryFile() as given, TemporaryFile() as said:
        given.write(json.dumps(job).encode())
        given.seek(0)
        program = Program("workers.clients.notices.child", environ={}, stdin=given, stdout=said, stderr=said)
        code = program.wait()
        said.seek(0)
        return code, said.read().decode()


@pytest.mark.parametrize("url", ["json://user:hush-word@127.0.0.1:9/hush-path", "slack://hush-word", "hush-word"])
def test_nothing_of_the_url_gets_out(url: str) -> None:
    code, said = run({"url": url, "body": "x", "title": "", "format": "text", "allow": [], "seconds": 50})
    assert code == 0
    assert "hush" not in said
    assert json.loads(said.splitlines()[-1])["ended"] is True


def test_a_bug_is_told_as_not_ended() -> None:
    _, said = run({"url": "json://127.0.0.1:9", "body": "x", "title": "", "allow": ["127.0.0.1"], "seconds": 50})
    assert "ended" not in json.loads(said.splitlines()[-1])


def test_it_ends_by_itself() -> None:
    code, _ = run(
        {"url": "json://127.0.0.1:9", "body": "x", "title": "", "format": "text", "allow": [], "seconds": 1e-6}
    )
    assert code < 0


def test_apprise_is_the_one_that_was_tried() -> None:
    """What is read from its lines and loggers was found with this major version; look again at the next."""
    assert apprise.__version__.startswith("2.")
