"""What Sentry is to its clients: an address that takes envelopes. It keeps the reports in them, as they came."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sentry_sdk.envelope import Envelope

PROJECT = "1"


@dataclass
class SentryServer:
    """A running one."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    """Everything that arrived, decompressed."""
    reports: list[dict[str, Any]] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return f"http://public-key@127.0.0.1:{self.port}/{PROJECT}"

    def take(self, path: str, headers: dict[str, str], content: bytes) -> int:
        """One request of a client; the HTTP status."""
        if path != f"/api/{PROJECT}/envelope/" or "sentry_key=public-key" not in headers.get("x-sentry-auth", ""):
            return 403
        body = gzip.decompress(content) if headers.get("content-encoding") == "gzip" else content
        self.bodies.append(body)
        self.reports += [
            json.loads(item.get_bytes()) for item in Envelope.deserialize(body).items if item.type == "event"
        ]
        return 200

    def types(self) -> list[str]:
        """The kinds of the exceptions that were reported, in order."""
        caught = (report["exception"]["values"] for report in self.reports if "exception" in report)
        return [values[-1]["type"] for values in caught]


@contextmanager
def sentry_server() -> Iterator[SentryServer]:
    """One on a free port of loopback, in threads of its own."""
    kept = SentryServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length", "0")))
            status = kept.take(self.path, {name.lower(): value for name, value in self.headers.items()}, content)
            self.send_response(status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Nothing is said on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()
