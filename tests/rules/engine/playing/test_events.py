from __future__ import annotations

from dataclasses import replace

from rules.engine.playing.events import EventView, ToolView


def test_values_are_made_fit_once() -> None:
    view = EventView("e", "tool-calls", values={"raw": {"big": 2**70}, "call.to": "x"})
    assert view.plain == {"raw": {"big": float(2**70)}, "call.to": "x"}
    assert view.plain is view.plain
    assert view.fit("raw") is view.plain["raw"]


def test_another_view_of_an_event_does_not_remember_values() -> None:
    view = EventView("e", "message", values={"call.to": "x"})
    assert view.fit("call.to") == "x"
    assert replace(view, values={"call.to": "y"}).fit("call.to") == "y"


def test_tools_bring_their_own_values() -> None:
    tool = ToolView("t", "book", {"tool.arguments": {"at": "\ud800"}})
    assert tool.plain == {"tool.arguments": {"at": "?"}}
