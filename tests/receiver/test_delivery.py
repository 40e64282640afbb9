from __future__ import annotations

from datetime import UTC, datetime

from receiver.delivery import Delivery, cells_of
from receiver.providers import provider_named
from receiver.raw import RawDelivery
from store.answers import CellAnswer
from store.connections import Connection
from store.event import Event, ToolCall

AT = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
TOOLS = Event(kind="tool-calls", generation="g3", tools=[ToolCall(id="a"), ToolCall(id="b")])


def a_delivery(**connection: object) -> Delivery:
    desk = Connection.model_validate({"name": "desk", "provider": "flireo", **connection})
    return Delivery(desk, provider_named("flireo"), RawDelivery(b"{}", received_at=AT), began=100.0)


def test_the_deadline_is_the_platforms() -> None:
    assert a_delivery().deadline(TOOLS) == 108.0
    assert a_delivery().deadline(Event(kind="assistant-request")) == 104.0


def test_the_connection_may_say_otherwise() -> None:
    assert a_delivery(deadlines={"tool-calls": "300ms"}).deadline(TOOLS) == 100.3


def test_a_platform_that_names_no_time_gets_the_shortest() -> None:
    assert a_delivery().deadline(Event(kind="status-update")) == 104.0


def test_the_fallback_is_the_connections_own() -> None:
    own = a_delivery(fallback={"tool-calls": {"result": "Later."}})
    assert own.fallback(TOOLS) == CellAnswer("fallback", {"result": "Later."})
    assert a_delivery().fallback(Event(kind="assistant-request")) == CellAnswer("fallback", {"default": True})


def test_a_cell_for_every_tool_or_one_for_the_event() -> None:
    assert cells_of(TOOLS) == ["a", "b"]
    assert cells_of(Event(kind="tool-calls")) == [""]


def test_each_answer_goes_to_its_own_tool() -> None:
    said = [CellAnswer("rule", {"result": 1}), CellAnswer("fallback", {"error": "no"})]
    results = a_delivery().reply(TOOLS, said).body["results"]
    assert [(one["tool_call_id"], one["result"]) for one in results] == [("a", 1), ("b", "no")]


def test_stages_are_moments() -> None:
    delivery = a_delivery()
    delivery.passed("verified")
    assert delivery.stages["received"] == AT.timestamp() * 1000
    assert delivery.stages["verified"] > delivery.stages["received"]
