"""Spans as they are made, kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from store.spans import trace_with


class SpanBook:
    """Every span that has ended, in that order."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    def one(self, name: str) -> ReadableSpan:
        """The only one of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def path(self, name: str) -> list[str]:
        """The names from a span up to the one its trace begins with."""
        by_id = {span.context.span_id: span for span in self.spans if span.context}
        names, span = [name], self.one(name)
        while span.parent and span.parent.span_id in by_id:
            span = by_id[span.parent.span_id]
            names.append(span.name)
        return names


@contextmanager
def tracing() -> Iterator[SpanBook]:
    """Spans are made and kept until the end."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace_with(provider.get_tracer("tests"))
    try:
        yield SpanBook(exporter)
    finally:
        trace_with(None)
        provider.shutdown()
