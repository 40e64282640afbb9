from __future__ import annotations

import pytest
from pydantic import ValidationError

from console.sandbox.faults import Fault, FaultBook


@pytest.mark.parametrize(
    ("route", "matches"),
    [
        ("*", True),
        ("/flireo/api/v1/calls/*/control", True),
        ("POST /flireo/*", True),
        ("GET /flireo/*", False),
        ("/fluents/*", False),
    ],
)
def test_routes(route: str, matches: bool) -> None:
    fault = Fault(route=route, kind="slow")
    assert fault.matches("POST", "/flireo/api/v1/calls/call-_+31612340001_a/control") is matches


def test_first_come_first_served_and_used_up() -> None:
    book = FaultBook()
    book.add(Fault(route="/a", kind="slow", times=2))
    book.add(Fault(route="*", kind="server_error"))
    taken = [book.for_route("GET", "/a") for _ in range(4)]
    assert [fault.kind if fault else None for fault in taken] == ["slow", "slow", "server_error", None]
    assert book.pending() == []


def test_other_routes_use_nothing_up() -> None:
    book = FaultBook()
    book.add(Fault(route="/a", kind="slow"))
    assert book.for_route("GET", "/b") is None
    assert len(book.pending()) == 1


def test_duplicates_are_for_webhooks_alone() -> None:
    book = FaultBook()
    book.add(Fault(route="tool-calls", kind="duplicate", copies=3))
    assert book.for_route("POST", "tool-calls") is None
    assert book.copies_of("status-update") == 1
    assert book.copies_of("tool-calls") == 3
    assert book.copies_of("tool-calls") == 1


def test_the_book_keeps_its_own_count() -> None:
    book, fault = FaultBook(), Fault(kind="slow", times=1)
    book.add(fault)
    book.for_route("GET", "/a")
    assert fault.times == 1


def test_clear() -> None:
    book = FaultBook()
    book.add(Fault(kind="slow"))
    book.clear()
    assert book.for_route("GET", "/a") is None


@pytest.mark.parametrize("wrong", [{"kind": "fire"}, {"kind": "slow", "times": 0}, {"kind": "duplicate", "copies": 1}])
def test_impossible_faults(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Fault.model_validate(wrong)
