from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

import pytest
import sentry_sdk
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport
from starlette.requests import ClientDisconnect

from console.process.sentry import first_line, secrets_in, set_up_sentry
from receiver.incoming import Refused
from receiver.providers.base import BadSignature
from store.about import now_about
from store.answers import LateAnswerError
from store.event import Call, Event
from store.runs import LeaseLostError
from store.settings import StoreSettings
from store.spool import SpoolError
from tests.store.builders import an_event
from workers.clients.errors import AuthFailed, Invalid, RateLimited

SECRETS = {"CRM_API_KEY": "key-of-the-crm", "HOOKSWITCH_REDIS_URL": "redis://:hunter22@redis"}


class Stub(Transport):
    """Keeps what would have left."""

    sent: list[Envelope]

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self.sent = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope)


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """Sentry as a process sets it up, with a transport that goes nowhere."""
    stub, init = Stub(), sentry_sdk.init
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: init(**options, transport=stub))
    with sentry_sdk.isolation_scope():
        set_up_sentry(StoreSettings(sentry_dsn="https://key@127.0.0.1/1"), "worker", SECRETS)
        yield stub
    init()


def reports(stub: Stub) -> list[dict[str, Any]]:
    sentry_sdk.flush()
    return [json.loads(item.get_bytes()) for envelope in stub.sent for item in envelope.items]


def capture(error: BaseException) -> None:
    try:
        raise error
    except BaseException:  # noqa: BLE001 - what a process edge does
        sentry_sdk.capture_exception()


def test_without_a_dsn_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentry_sdk, "init", lambda **_: pytest.fail("set up without a DSN"))
    set_up_sentry(StoreSettings(), "worker")


def test_a_bug_is_reported_with_its_process(left: Stub) -> None:
    capture(KeyError("tools"))
    (report,) = reports(left)
    assert report["exception"]["values"][0]["type"] == "KeyError"
    assert report["tags"]["process"] == "worker"


def test_what_a_caller_sent_never_leaves(left: Stub) -> None:
    body = {"caller": "+31612340001", "email": "ada@example.com"}
    sentry_sdk.add_breadcrumb(message="GET https://crm/ada@example.com")
    sentry_sdk.set_user({"email": "ada@example.com"})
    sentry_sdk.set_extra("body", body)
    capture(ValueError(f"1 validation error for +31612340001\n  input_value={body}"))
    (report,) = reports(left)
    text = json.dumps(report, ensure_ascii=False)
    assert "ada@example.com" not in text
    assert "1234000" not in text
    assert "+316•••••01" in text
    assert report.keys().isdisjoint({"extra", "breadcrumbs", "user", "request", "transaction", "logentry"})


def test_local_variables_never_leave(left: Stub) -> None:
    capture(ValueError("no"))
    frames = reports(left)[0]["exception"]["values"][0]["stacktrace"]["frames"]
    assert frames
    assert not any("vars" in frame for frame in frames)


@pytest.mark.parametrize(
    "error",
    [
        RedisConnectionError("away"),
        RedisTimeoutError("silent"),
        ReadOnlyError("a replica"),
        OutOfMemoryError("full"),
        ResponseError("MISCONF Errors writing to the AOF file: No space left on device"),
        SpoolError("the spool is full"),
        BadSignature("stale"),
        Refused(401, "no"),
        ClientDisconnect(),
        ConnectionResetError(),
        LateAnswerError("evt_1"),
        LeaseLostError("run:1"),
        RateLimited("429"),
        AuthFailed("401"),
        Invalid("422"),
        TimeoutError(),
        ExceptionGroup("side by side", [RateLimited("429"), ExceptionGroup("deeper", [TimeoutError()])]),
    ],
)
def test_expected_trouble_stays_here(error: Exception, left: Stub) -> None:
    capture(error)
    assert reports(left) == []


@pytest.mark.parametrize(
    "error", [ResponseError("ERR a script of ours is wrong"), OSError("no"), ValueError("MISCONF")]
)
def test_what_only_looks_like_it_is_reported(error: Exception, left: Stub) -> None:
    capture(error)
    assert len(reports(left)) == 1


def test_secrets_never_leave(left: Stub) -> None:
    capture(ValueError("cannot use key-of-the-crm at redis://:hunter22@redis"))
    text = json.dumps(reports(left))
    assert "key-of-the-crm" not in text
    assert "hunter22" not in text
    assert "cannot use [redacted] at" in text


def test_only_variables_that_hold_secrets_are_cut_out() -> None:
    environ = {
        "DESK_API_KEY": "a", "DESK_WEBHOOK_SECRET": "b", "HOOKSWITCH_SECRET_CRM": "c", "HOOKSWITCH_REDIS_URL": "d",
        "HOOKSWITCH_METRICS_TOKEN": "e", "HOOKSWITCH_RULES_DIR": "rules", "HOME": "/root", "EMPTY_SECRET": "",
    }  # fmt: skip
    assert secrets_in(environ) == set("abcde")
    assert secrets_in({"HOOKSWITCH_REDIS_URL": "redis+sentinel://me:p%40ss@one,two/main"}) >= {"p@ss"}


def test_a_report_is_found_by_its_event(left: Stub) -> None:
    def fail(event: Event) -> None:
        now_about(event)
        capture(KeyError("x"))
        logging.getLogger("tests.sentry").critical("event not stored", extra={"event_id": "evt_another"})

    event = an_event(call=Call(id="call-7", from_="+31612340001"))
    copy_context().run(fail, event)
    own, another = (report["tags"] for report in reports(left))
    assert own == {"process": "worker", "event_id": event.id, "connection": "desk", "call_id": "call-7"}
    assert another == {"process": "worker", "event_id": "evt_another"}


def test_a_group_with_a_bug_in_it_is_reported(left: Stub) -> None:
    capture(ExceptionGroup("side by side", [RateLimited("429"), KeyError("x")]))
    assert len(reports(left)) == 1


def test_a_logged_exception_is_reported_and_a_mere_line_is_not(left: Stub) -> None:
    logger = logging.getLogger("tests.sentry")
    logger.error("a rule file is wrong")
    assert reports(left) == []
    try:
        raise KeyError("x")
    except KeyError:
        logger.exception("a job failed", extra={"caller": "+31612340001"})
    (report,) = reports(left)
    assert report["message"] == "a job failed"


def test_a_broken_promise_is_reported_without_its_arguments(left: Stub) -> None:
    logging.getLogger("tests.sentry").critical("event %s not stored", "ada@example.com", extra={"error": "ada@"})
    (report,) = reports(left)
    assert report["message"] == "event %s not stored"
    assert "ada@" not in json.dumps(report)


def test_only_the_beginning_of_an_exception_leaves() -> None:
    assert first_line("one\ntwo") == "one"
    assert first_line("x" * 1000) == "x" * 200 + " …"
