"""Spans for OpenTelemetry: from the delivery through the queue to each outgoing call.

Off unless the extra `otel` is installed and an OTEL_ variable says where spans go. Each span names its event, its
connection and its call, as log lines do. Attributes never hold bodies, numbers or addresses with their paths. A trace
begins here: what a sender says of its own is not believed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal

from store.about import about
from store.masking import masker

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

logger = logging.getLogger(__name__)

Kind = Literal["internal", "server", "client", "consumer"]
Attributes = Mapping[str, str | int | float | bool]

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""Variables of which one has to be set for spans to be made; the exporter reads them itself."""

TRACEPARENT = "traceparent"
_NOTHING: AbstractContextManager[None] = nullcontext()
_without_numbers = masker()
_tracer: Tracer | None = None


def set_up_spans(process: str, environ: Mapping[str, str] = os.environ) -> None:
    """Make spans in this process when the environment says where they go; what is left is sent at its end."""
    if not any(environ.get(name) for name in ENDPOINTS) or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        logger.warning("an OTEL_ variable is set and nothing is traced", extra={"advice": "install hookswitch[otel]"})
        return
    name = environ.get("OTEL_SERVICE_NAME") or f"hookswitch-{process}"
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace_with(provider.get_tracer("hookswitch"))


def trace_with(tracer: Tracer | None) -> None:
    """Make spans with this tracer; None: make none."""
    global _tracer
    _tracer = tracer


def span(
    name: str, *, kind: Kind = "internal", parent: str = "", attributes: Attributes | None = None
) -> AbstractContextManager[None]:
    """Around a piece of work; `parent` is the traceparent of another process's span, else the one around this.

    What a server was sent is about nothing that is known yet: `note_subject` says it later.
    """
    return _NOTHING if _tracer is None else _span(_tracer, name, kind, parent, attributes)


@contextmanager
def _span(tracer: Tracer, name: str, kind: Kind, parent: str, attributes: Attributes | None) -> Iterator[None]:
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({TRACEPARENT: parent}) if parent else None
    subject = {} if kind == "server" else _subject()
    with tracer.start_as_current_span(
        name, context, SpanKind[kind.upper()], {**subject, **(attributes or {})},
        record_exception=False, set_status_on_exception=False,
    ):  # fmt: skip
        try:
            yield
        except Exception as error:
            note({"error.type": type(error).__name__}, failed=True)
            raise


def note(attributes: Attributes, *, failed: bool = False) -> None:
    """Say more of the span around this."""
    if _tracer is None:
        return
    from opentelemetry.trace import Status, StatusCode, get_current_span

    current = get_current_span()
    current.set_attributes(dict(attributes))
    if failed:
        current.set_status(Status(StatusCode.ERROR))


def note_subject() -> None:
    """Say of the span around this what it has turned out to be about; those that begin within it say so themselves."""
    if _tracer is not None:
        note(_subject())


def _subject() -> dict[str, str]:
    """The event, connection and call of the present task. Ids of calls may hold phone numbers, which are masked."""
    return {f"hookswitch.{name}": _without_numbers(told) for name, told in about().items()}


def traceparent() -> str:
    """The span around this, as another process or host is told of it (W3C Trace Context); empty when there is none."""
    if _tracer is None:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT, "")
