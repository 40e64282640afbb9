from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store.connections import ConnectionsError, load_connections, parse_connections

FILE = """
connections:
  front_desk:
    provider: flireo
    auth:
      - scheme: hmac
        secret: ${WEBHOOK_SECRET}
        tolerance: 5m
      - scheme: hmac
        secret: ${OLD_SECRET}
        not_after: 2026-12-01T00:00:00Z
    api:
      base_url: https://api.example.com
      key: ${API_KEY}
    fallback:
      tool-calls: { result: "One moment." }
    deadlines: { tool-calls: 6s }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "connections.yaml"
    path.write_text(FILE)
    return path


def test_the_receiver_reads_webhook_secrets_only(path: Path) -> None:
    environ = {"WEBHOOK_SECRET": "new", "OLD_SECRET": "old", "API_KEY": "key"}
    desk = load_connections(path, environ, "auth")["front_desk"]
    assert [entry.secret for entry in desk.auth] == ["new", "old"]
    assert desk.api is not None
    assert desk.api.key == "${API_KEY}"
    assert desk.on
    assert desk.auth[0].tolerance == 300
    assert desk.deadlines == {"tool-calls": 6}


def test_workers_read_api_keys_only(path: Path) -> None:
    desk = load_connections(path, {"API_KEY": "key", "WEBHOOK_SECRET": "new"}, "api")["front_desk"]
    assert desk.api is not None
    assert desk.api.key == "key"
    assert desk.auth[0].secret == "${WEBHOOK_SECRET}"
    assert desk.on


@pytest.mark.parametrize("environ", [{}, {"WEBHOOK_SECRET": "", "OLD_SECRET": "x"}])
def test_a_connection_without_its_secrets_is_off(path: Path, environ: dict[str, str]) -> None:
    desk = load_connections(path, environ, "auth")["front_desk"]
    assert not desk.on
    assert "WEBHOOK_SECRET" in desk.missing


def test_secrets_never_show(path: Path) -> None:
    desk = load_connections(path, {"WEBHOOK_SECRET": "hush", "OLD_SECRET": "hush", "API_KEY": "hush"}, "auth")
    assert "hush" not in repr(desk)


def test_a_fallback_configuration_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "assistants").mkdir()
    (tmp_path / "assistants" / "night.json").write_text(json.dumps({"firstMessage": "Good evening"}))
    path = tmp_path / "connections.yaml"
    path.write_text(
        "connections:\n  desk:\n    provider: flireo\n    fallback:\n"
        "      assistant-request: { config: assistants/night.json }\n"
    )
    desk = load_connections(path, {}, "auth")["desk"]
    assert desk.fallback["assistant-request"]["config"] == {"firstMessage": "Good evening"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"provider": "flireo", "auht": []}, "auht"),
        ({"auth": []}, "provider"),
        ({"provider": "flireo", "auth": [{"scheme": "hmac"}]}, "needs a secret"),
        ({"provider": "flireo", "auth": [{"scheme": "hmac", "secret": ""}]}, "needs a secret"),
        ({"provider": "flireo", "auth": [{"scheme": "header", "secret": "x"}]}, "name of its header"),
        ({"provider": "flireo", "auth": [{"scheme": "magic", "secret": "x"}]}, "scheme"),
        ({"provider": "flireo", "deadlines": {"tool-calls": "soon"}}, "not a duration"),
        ({"provider": "flireo", "generation": "g9"}, "generation"),
        ({"provider": "flireo", "ceilings": {"numbers-bought": "many"}}, r"ceilings.numbers-bought: .*20 per 1d"),
        ({"provider": "flireo", "ceilings": {"numbers-bought": 5}}, "is not a ceiling"),
        ({"provider": "flireo", "ceilings": {"number-bought": "5 per 1d"}}, "'numbers-bought' or 'calls-started'"),
        ({"provider": "flireo", "ceilings": "5 per 1d"}, "ceilings"),
        ({"provider": "flireo", "fallback": {"assistant-request": {"config": "missing.json"}}}, "missing.json"),
        ("flireo", "must be a map"),
    ],
)
def test_mistakes_are_named(entry: Any, words: str) -> None:
    with pytest.raises(ConnectionsError, match=words) as caught:
        parse_connections(Path("c.yaml"), {"connections": {"desk": entry}}, {}, "auth")
    assert "connection desk" in str(caught.value)


def test_all_mistakes_at_once() -> None:
    document = {"connections": {"a": {}, "b": {}, "bad name": {"provider": "flireo"}}}
    with pytest.raises(ConnectionsError) as caught:
        parse_connections(Path("c.yaml"), document, {}, "auth")
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("text", ["", "[]", "connections: 3", "a: [", "\x00"])
def test_files_that_are_no_connections(tmp_path: Path, text: str) -> None:
    path = tmp_path / "connections.yaml"
    path.write_text(text)
    with pytest.raises(ConnectionsError, match=r"connections\.yaml"):
        load_connections(path, {}, "auth")


def test_words_and_numbers_are_read_as_in_rule_files(tmp_path: Path) -> None:
    path = tmp_path / "connections.yaml"
    path.write_text(
        "connections:\n  off:\n    provider: flireo\n    fallback:\n"
        "      transfer-request: { transfer: +31850000001 }\n"
        "      tool-calls: { result: no, n: 3, yes: true, x: null }\n"
    )
    fallback = load_connections(path, {}, "auth")["off"].fallback
    assert fallback["transfer-request"] == {"transfer": "+31850000001"}
    assert fallback["tool-calls"] == {"result": "no", "n": 3, "yes": True, "x": None}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConnectionsError, match="cannot be read"):
        load_connections(tmp_path / "none.yaml", {}, "auth")


def test_ceilings_are_the_default_ones_unless_written(tmp_path: Path) -> None:
    path = tmp_path / "connections.yaml"
    path.write_text("connections:\n  desk:\n    provider: flireo\n    ceilings: { numbers-bought: 20 per 1d }\n")
    desk = load_connections(path, {}, "api")["desk"]
    assert str(desk.ceiling_of("numbers-bought")) == "20 per 1d"
    assert str(desk.ceiling_of("calls-started")) == "60 per 1h"


@pytest.mark.parametrize(("written", "seconds"), [("30d", 30 * 86_400), (0, 0), (90, 90)])
def test_a_connection_says_how_long_its_events_are_kept(path: Path, written: Any, seconds: float) -> None:
    document = {"connections": {"desk": {"provider": "flireo", "keep": written}}}
    assert parse_connections(path, document, {}, "auth")["desk"].keep == seconds


def test_nothing_is_kept_for_less_than_no_time(path: Path) -> None:
    document = {"connections": {"desk": {"provider": "flireo", "keep": -1}}}
    with pytest.raises(ConnectionsError, match=r"connection desk: keep"):
        parse_connections(path, document, {}, "auth")
