from __future__ import annotations

from rules.engine.events import EventView, ToolView


def test_values_are_made_fit_once() -> None:
    view = EventView("e", "tool-calls", values={"raw": {"big": 2**70}, "call.to": "x"})
    assert view.plain == {"raw": {"big": float(2**70)}, "call.to": "x"}
    assert view.plain is view.plain


def test_tools_bring_their_own_values() -> None:
    tool = ToolView("t", "book", {"tool.arguments": {"at": "\ud800"}})
    assert tool.plain == {"tool.arguments": {"at": "?"}}
