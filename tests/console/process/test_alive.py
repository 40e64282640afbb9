from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from console.process.alive import alive
from tests.ports import free_port


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/livez" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def base() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_who_answers_is_alive(base: str) -> None:
    assert alive(f"{base}/livez")


def test_another_answer_or_none_is_not(base: str) -> None:
    assert not alive(f"{base}/readyz")
    assert not alive(f"http://127.0.0.1:{free_port()}/livez")
    assert not alive("file:///etc/hostname")


def test_as_a_command(base: str) -> None:
    def code(path: str) -> int:
        return subprocess.run([sys.executable, "-m", "console.process.alive", base + path], timeout=30).returncode

    assert (code("/livez"), code("/readyz")) == (0, 1)
