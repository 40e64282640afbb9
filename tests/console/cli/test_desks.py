from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import main

FILE = """\
connections:
  bot: { provider: generic, auth: [{ scheme: path_token, secret: "${BOT_TOKEN}" }, { scheme: none }] }
  signed: { provider: generic, auth: [{ scheme: hmac, header: X-Sig, secret: s }] }
  off: { provider: generic, auth: [{ scheme: bearer, secret: "${NOBODY_SET_THIS}" }] }
  public:
    provider: standard
    auth: [{ scheme: standard, secret: whpk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= }]
  both: { provider: generic, auth: [{ scheme: path_token, secret: tok }, { scheme: hmac, header: X-Sig, secret: s }] }
  odd: { provider: flirio, auth: [{ scheme: none }] }
"""


class _Receiver(BaseHTTPRequestHandler):
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen.append((self.command, self.path, headers, body))
        self.send_response(401 if b"refuse" in body else 200)
        self.end_headers()
        self.wfile.write(b'{"event_id": "evt_1"}')

    def do_POST(self) -> None:
        self.do_PUT()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[str]:
    _Receiver.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def send(folder: Path, connection: str, url: str, *arguments: str, body: str = '{"a": 1}') -> Result:
    (folder / "connections.yaml").write_text(FILE)
    (folder / "body.json").write_text(body)
    given = ["--connection", connection, "--connections", str(folder / "connections.yaml"), "--data-dir", str(folder)]
    return CliRunner().invoke(main, ["simulate", "event", str(folder / "body.json"), *given, "--url", url, *arguments])


def test_a_file_is_posted_to_its_connection(tmp_path: Path, receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN", "to/ken")
    result = send(tmp_path, "bot", receiver, "--tool", "find me", "--query", "n=1", "--method", "put", "--copies", "2")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[0] + result.stdout.splitlines()[1] + "}") == {"event_id": "evt_1"}
    assert [(seen[0], seen[1]) for seen in _Receiver.seen] == [("PUT", "/hooks/bot/to%2Fken/tools/find%20me?n=1")] * 2


def test_it_is_signed_as_the_platform_would(tmp_path: Path, receiver: str) -> None:
    assert send(tmp_path, "signed", receiver, "--header", "X-Kind: a").exit_code == 0
    _, path, headers, body = _Receiver.seen[0]
    assert (path, body, headers["x-kind"], len(headers["x-sig"])) == ("/hooks/signed", b'{"a": 1}', "a", 64)


@pytest.mark.parametrize(
    ("connection", "body", "sentence"),
    [
        ("off", "{}", "connection off is off: NOBODY_SET_THIS not set here"),
        ("public", "{}", "a public key signs nothing"),
        ("signed", "refuse", "the receiver answered 401"),
        ("odd", "{}", "provider flirio is not known"),
    ],
)
def test_what_does_not_arrive_says_why(
    tmp_path: Path, receiver: str, connection: str, body: str, sentence: str
) -> None:
    result = send(tmp_path, connection, receiver, body=body)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_nobody_is_there(tmp_path: Path) -> None:
    assert "no receiver answers at http://127.0.0.1:9" in send(tmp_path, "signed", "http://127.0.0.1:9").stderr


def test_each_scheme_proves_it(tmp_path: Path, receiver: str) -> None:
    assert send(tmp_path, "both", receiver).exit_code == 0
    [(_, path, headers, _)] = _Receiver.seen
    assert path == "/hooks/both/tok"
    assert headers["x-sig"]
