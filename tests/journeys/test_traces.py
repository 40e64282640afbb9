"""What a collector of OpenTelemetry is sent by real processes: an event is one trace, and a call is found by its id."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.journeys.stage import staged, until
from tests.journeys.test_bad_days import folder, status_update

pytestmark = pytest.mark.journey

NOTE = """
description: Tells another system that a call goes on.
on: status-update
steps:
  - id: note
    action: http.request
    with: { url: "${{ vars.crm }}/notes", body: { call: "${{ call.id }}" } }
"""


CALL, AS_TOLD = "call-_+31600000001_AbC", "call-_+316•••••01_AbC"
"""The id of a call on a platform that puts numbers into such, and as spans tell it."""


@dataclass
class Collector:
    """Takes spans by OTLP over HTTP, and is the other system as well."""

    spans: dict[bytes, tuple[str, Span]] = field(default_factory=dict)
    """By span id: the service that made it, and the span."""
    traceparents: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def export(self, body: bytes) -> None:
        self.bodies.append(body)
        for each in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {pair.key: pair.value.string_value for pair in each.resource.attributes}
            found = [span for scope in each.scope_spans for span in scope.spans]
            self.spans |= {span.span_id: (named["service.name"], span) for span in found}

    def named(self, name: str) -> list[Span]:
        """The spans of that name."""
        return [span for _, span in self.spans.values() if span.name == name]

    def path(self, span: Span) -> list[tuple[str, str]]:
        """Service and name of each span from this one up to where its trace begins."""
        found = []
        while span.span_id in self.spans:
            service, span = self.spans[span.span_id]
            found.append((service, span.name))
            span = self.spans.get(span.parent_span_id, ("", Span()))[1]
        return found

    def told(self, attribute: str) -> list[str]:
        """The values of an attribute, one for each span."""
        every = ({pair.key: pair.value.string_value for pair in span.attributes} for _, span in self.spans.values())
        return [attributes.get(attribute, "") for attributes in every]


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                kept.export(body)
            else:
                kept.traceparents.append(self.headers.get("traceparent", ""))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield kept, f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_events_of_a_call_are_traces_through_receiver_queue_worker_and_other_hosts_found_by_its_id(
    tmp_path: Path, collector: tuple[Collector, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, place = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{place}")
    settings = {"http_allow": place, "var_crm": f"http://{place}", "trace_hosts": "127.0.0.1"}
    with staged(tmp_path, folder(tmp_path / "rules", note=NOTE), **settings) as stage:
        for number in (1, 2):
            assert stage.post(status_update(number).replace(f"call-{number}", CALL)).status_code == 200
        until(stage.settled)
        for name in ("receiver", "worker"):
            stage.signal(name, signal.SIGTERM)  # what is left is sent at their end
    receiver, worker = "hookswitch-receiver", "hookswitch-worker"
    outgoing = kept.named("HTTP POST")
    assert [kept.path(span) for span in outgoing] == [[
        (worker, "HTTP POST"), (worker, "step"), (worker, "run"), (worker, "job event"), (receiver, "delivery"),
    ]] * 2  # fmt: skip
    assert len({span.trace_id for _, span in kept.spans.values()}) == 2
    sent = {f"00-{span.trace_id.hex()}-{span.span_id.hex()}" for span in outgoing}
    assert {told.rpartition("-")[0] for told in kept.traceparents} == sent
    assert kept.told("hookswitch.call_id") == [AS_TOLD] * 10
    assert not any(b"31600000001" in body for body in kept.bodies)
