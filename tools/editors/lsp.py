"""A small client for a language server that speaks over stdin and stdout: enough to ask what an editor would ask."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

PATIENCE = 30.0
"""Seconds to wait for an answer."""


class NoAnswer(Exception):
    """The server did not answer in time, or ended."""


@dataclass
class Server:
    """One running language server."""

    stdin: IO[bytes]
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What it is told when it asks for settings; nothing at all by default, as in an editor without any."""
    messages: queue.Queue[dict[str, Any] | None] = field(default_factory=queue.Queue)
    diagnostics: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By address of the document, the last that were published."""
    count: int = 0

    def request(self, method: str, params: Any) -> Any:
        """Ask, and wait for the answer."""
        self.count += 1
        self._send({"id": self.count, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self.count and "method" not in message:
                if "error" in message:
                    raise NoAnswer(f"{method}: {message['error']}")
                return message.get("result")
            self._handle(message)

    def notify(self, method: str, params: Any) -> None:
        """Tell."""
        self._send({"method": method, "params": params})

    def published(self, uri: str) -> list[dict[str, Any]]:
        """Wait for the diagnostics of a document."""
        while uri not in self.diagnostics:
            self._handle(self._next())
        return self.diagnostics.pop(uri)

    def _next(self) -> dict[str, Any]:
        try:
            message = self.messages.get(timeout=PATIENCE)
        except queue.Empty:
            raise NoAnswer(f"nothing came for {PATIENCE:g} seconds") from None
        if message is None:
            raise NoAnswer("the server ended")
        return message

    def _handle(self, message: Mapping[str, Any]) -> None:
        """What the server asks or tells by itself."""
        method = message.get("method")
        if method == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif method == "workspace/configuration":
            items: Sequence[Mapping[str, Any]] = message["params"]["items"]
            self._send({"id": message["id"], "result": [self.settings.get(item.get("section", "")) for item in items]})
        elif "id" in message and method:
            self._send({"id": message["id"], "result": None})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.stdin.flush()


@contextmanager
def running(command: Sequence[str], root: Path) -> Iterator[Server]:
    """Start a server for a folder, and end it afterwards."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        server = Server(cast(IO[bytes], process.stdin))
        threading.Thread(target=_read, args=(process.stdout, server.messages), daemon=True).start()
        try:
            server.request("initialize", _abilities(root))
            server.notify("initialized", {})
            yield server
        finally:
            process.kill()


def _abilities(root: Path) -> dict[str, Any]:
    """What an editor says of itself: it shows markdown and understands snippets."""
    item = {"snippetSupport": True, "documentationFormat": ["markdown", "plaintext"]}
    return {
        "processId": None,
        "rootUri": root.as_uri(),
        "workspaceFolders": [{"uri": root.as_uri(), "name": root.name}],
        "capabilities": {
            "textDocument": {
                "completion": {"completionItem": item},
                "hover": {"contentFormat": ["markdown"]},
                "publishDiagnostics": {},
            },
            "workspace": {"configuration": True},
        },
    }


def _read(stream: IO[bytes], messages: queue.Queue[dict[str, Any] | None]) -> None:
    while length := _length(stream):
        messages.put(json.loads(stream.read(length)))
    messages.put(None)


def _length(stream: IO[bytes]) -> int:
    """How long the next message is, from its header; 0 at the end."""
    length = 0
    for line in iter(stream.readline, b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif not line.strip():
            return length
    return 0
