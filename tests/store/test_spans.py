from __future__ import annotations

import builtins
import logging
import subprocess
import sys
from contextvars import copy_context
from typing import Any

import pytest
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.trace import SpanKind, StatusCode

from store import spans
from store.about import now_about
from store.event import Call
from store.spans import note, note_subject, set_up_spans, span, trace_with, traceparent
from tests.store.builders import an_event
from tests.store.spanbook import tracing


def test_without_a_tracer_nothing_is_made() -> None:
    with span("delivery", kind="server", attributes={"a": 1}):
        note({"b": 2})
        note_subject()
        assert traceparent() == ""


def test_nothing_of_opentelemetry_is_imported_without_an_endpoint() -> None:
    code = (
        "import sys; from store.spans import set_up_spans, span; set_up_spans('worker', {});"
        "\nwith span('x'): pass\nassert not any(name.startswith('opentelemetry') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_spans_within_spans_are_one_trace() -> None:
    with tracing() as book, span("delivery", kind="server"), span("store", attributes={"hookswitch.rule": "greet"}):
        note({"hookswitch.event_id": "evt_1"})
    assert book.path("store") == ["store", "delivery"]
    assert book.one("store").attributes == {"hookswitch.rule": "greet", "hookswitch.event_id": "evt_1"}
    assert book.one("delivery").kind is SpanKind.SERVER


def test_spans_name_the_event_and_its_call_without_its_number() -> None:
    event = an_event(connection="desk", call=Call(id="call-_+31612340001_AbC"))

    def make() -> None:
        with span("delivery", kind="server"):
            now_about(event)
            note_subject()
            with span("step", attributes={"hookswitch.action": "log"}):
                pass

    with tracing() as book:
        copy_context().run(make)
    about = {"event_id": event.id, "connection": "desk", "call_id": "call-_+316•••••01_AbC"}
    told = {f"hookswitch.{name}": value for name, value in about.items()}
    assert book.one("delivery").attributes == told
    assert book.one("step").attributes == {**told, "hookswitch.action": "log"}


def test_what_a_server_is_sent_is_about_nothing_yet() -> None:
    def make() -> None:
        now_about("evt_of_the_request_before")
        with span("delivery", kind="server"):
            pass

    with tracing() as book:
        copy_context().run(make)
    assert book.one("delivery").attributes == {}


def test_another_process_goes_on_with_the_trace() -> None:
    with tracing() as book:
        with span("delivery"):
            parent = traceparent()
        with span("job event", kind="consumer", parent=parent):
            pass
        with span("job other", parent="no traceparent at all"):
            pass
    assert book.path("job event") == ["job event", "delivery"]
    assert book.path("job other") == ["job other"]


def test_a_failure_is_told_by_its_kind_and_never_by_its_words() -> None:
    with tracing() as book, pytest.raises(ValueError, match="secret"), span("step"):
        raise ValueError("secret of +31612340001")
    failed = book.one("step")
    assert failed.status.status_code is StatusCode.ERROR
    assert "secret" not in failed.to_json()
    assert failed.attributes == {"error.type": "ValueError"}


@pytest.mark.parametrize(
    "environ", [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}]
)
def test_without_an_endpoint_or_when_disabled_it_stays_off(environ: dict[str, str]) -> None:
    set_up_spans("worker", environ)
    assert spans._tracer is None


def test_with_an_endpoint_spans_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[TracerProvider] = []

    def add(provider: TracerProvider, processor: SpanProcessor) -> None:
        made.append(provider)
        processor.shutdown()

    monkeypatch.setattr(TracerProvider, "add_span_processor", add)
    try:
        set_up_spans("worker", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"})
        assert made[0].resource.attributes["service.name"] == "hookswitch-worker"
        assert spans._tracer is not None
    finally:
        trace_with(None)


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    found = builtins.__import__

    def without_sdk(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_sdk)
    with caplog.at_level(logging.WARNING):
        set_up_spans("worker", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"})
    assert caplog.records[0].__dict__["advice"] == "install hookswitch[otel]"
    assert spans._tracer is None
