from __future__ import annotations

from pathlib import Path

import pytest

from console.dev.setup import DEMO_CONNECTIONS
from console.rulebook import SampleRoom, find_connections, mapping_findings, words_for
from store.connections import load_connections


@pytest.fixture
def room() -> SampleRoom:
    return SampleRoom(load_connections(DEMO_CONNECTIONS, {}, "neither"))


def test_the_chosen_connections_come_first(tmp_path: Path) -> None:
    chosen = tmp_path / "mine.yaml"
    chosen.write_text("connections: {}")
    assert find_connections(chosen, tmp_path) == chosen


def test_the_ones_dev_made_come_before_the_demo(tmp_path: Path) -> None:
    assert find_connections(None, tmp_path) == DEMO_CONNECTIONS
    made = tmp_path / "connections.yaml"
    made.write_text("connections: {}")
    assert find_connections(None, tmp_path) == made


def test_secrets_are_compared_only_where_some_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words_for(DEMO_CONNECTIONS).secrets is None
    monkeypatch.setenv("HOOKSWITCH_SECRET_CRM_TOKEN", "x")
    assert words_for(DEMO_CONNECTIONS).secrets == frozenset({"crm_token"})


def test_a_sample_becomes_an_event(room: SampleRoom) -> None:
    view = room("flireo/tool-calls__g2", "front_desk_g2")
    assert (view.kind, view.generation, view.connection) == ("tool-calls", "g2", "front_desk_g2")
    assert view.values["call.from"] == "+31612340001"
    assert view.values["raw"]["message"]["type"] == "tool-calls"


def test_a_sample_without_a_connection_gets_one_that_fits(room: SampleRoom) -> None:
    assert room("flireo/tool-calls__g2", "").connection == "front_desk"


def test_a_payload_is_read_by_the_connections_platform(room: SampleRoom) -> None:
    view = room({"eventType": "assistant-request", "fromCaller": "+31", "toAssistant": "+32"}, "front_desk_g1")
    assert (view.kind, view.generation, view.values["call.to"]) == ("assistant-request", "g1", "+32")


def test_a_payload_of_an_unknown_platform_goes_through_its_mapping(tmp_path: Path) -> None:
    path = tmp_path / "connections.yaml"
    path.write_text(
        "connections:\n  bot: { provider: generic, mapping: { native: raw.e, kind: { end: call-ended } } }\n"
        "  bad: { provider: generic, mapping: { native: rw.e } }\n"
    )
    room = SampleRoom(load_connections(path, {}, "neither"))
    assert room({"e": "end"}, "bot").kind == "call-ended"
    assert room("generic/tools__any", "bot").kind == "tool-calls"
    with pytest.raises(ValueError, match=r"unknown name"):
        room({"e": "end"}, "bad")
    (finding,) = mapping_findings(path)
    assert (finding.line, finding.column, finding.rule, finding.code) == (3, 48, "bad", "mapping")


@pytest.mark.parametrize(("sample", "connection"), [("flireo/nothing", ""), ({}, "nobody")])
def test_what_cannot_be_made_says_why(room: SampleRoom, sample: str, connection: str) -> None:
    with pytest.raises(LookupError, match=r".+"):
        room(sample, connection)
