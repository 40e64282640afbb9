"""Connecting an unknown platform works as it is written: the mapping, its rule, their tests, and one event for real."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import main
from receiver.auth.signing import signed
from receiver.providers import provider_for
from receiver.providers.base import Answer
from receiver.raw import RawDelivery
from store.connections import load_connections
from tests.docs.markdown import ROOT, blocks
from tests.docs.walk import steps, take

PAGE = ROOT / "docs" / "connect-anything.md"
SECRET = {"NIGHT_BOT_SECRET": "a secret", "SCHEDULER_SECRET": "whsec_YSBrZXk="}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with every file of the page."""
    for step in steps(PAGE):
        if step.file:
            take(step, tmp_path)
    return tmp_path


def run(line: str) -> Result:
    """A command of the page, in this process."""
    command, *words = shlex.split(line)
    assert command == "hookswitch"
    return CliRunner().invoke(main, words, env=SECRET)


def test_every_command_says_what_the_page_says(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    said = [run(step.text) for step in steps(PAGE) if not step.file]
    assert [done.exit_code for done in said] == [0, 0, 0, 0], [done.output for done in said]
    shown = next(block.text for block in blocks(PAGE, "text"))
    assert said[0].stdout == shown
    assert "error" not in json.loads(said[1].stdout)["events"][0]["problem"]


def test_the_reply_is_the_one_shown(desk: Path) -> None:
    connection = load_connections(desk / "connections.yaml", SECRET, "auth")["night_bot"]
    provider, entry = provider_for(connection), connection.auth[0]
    raw = signed(RawDelivery((desk / "functions.json").read_bytes()), entry, datetime.now(UTC), provider.signing)
    provider.verify(raw, connection.auth, datetime.now(UTC))
    (event,) = provider.normalise(raw)
    answers = {"f1": "We are open from nine to six.", "f2": "We are closed on Sundays."}
    reply = provider.reply(event, [Answer({"result": text}, id_) for id_, text in answers.items()])
    shown = [json.loads(block.text) for block in blocks(PAGE, "json")]
    assert dict(reply.body) in shown
    assert reply.problems == ()


def test_standard_webhooks_are_read_as_shown(tmp_path: Path) -> None:
    (block,) = (block for block in blocks(PAGE, "yaml") if "provider: standard" in block.text)
    path = tmp_path / "connections.yaml"
    path.write_text(block.text)
    connection = load_connections(path, SECRET, "auth")["scheduler"]
    provider = provider_for(connection)
    body = {"type": "call.completed", "timestamp": "2026-03-02T18:00:00Z", "data": {"id": "c", "seconds": 94}}
    raw = signed(RawDelivery(json.dumps(body).encode()), connection.auth[0], datetime.now(UTC), provider.signing)
    provider.verify(raw, connection.auth, datetime.now(UTC))
    (event,) = provider.normalise(raw)
    assert (event.kind, event.call.id, event.report.duration) == ("end-of-call-report", "c", 94.0)
    assert event.dedup_key is not None
