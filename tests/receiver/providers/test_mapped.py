from __future__ import annotations

from typing import Any

import pytest

from receiver.providers import (
    PROVIDERS,
    MappingNotTaken,
    UnknownProvider,
    kinds_sent,
    provider_for,
    provider_or_none,
)
from receiver.providers.mapped import DEADLINE
from receiver.providers.mapping.plan import BadMapping
from store.connections import AuthEntry, Connection
from store.event import Event
from tests.receiver.providers.mapping.support import delivery


def desk(provider: str = "generic", mapping: Any = None, **fields: Any) -> Connection:
    return Connection(name="desk", provider=provider, mapping=mapping, **fields)


def test_a_connection_has_the_provider_with_its_own_mapping() -> None:
    provider = provider_for(desk(mapping={"native": "raw.event", "kind": {"done": "call-ended"}}))
    assert provider.name == "generic"
    assert provider.normalise(delivery({"event": "done"}))[0].kind == "call-ended"
    assert PROVIDERS["generic"].normalise(delivery({"event": "done"}))[0].kind == "unknown"


def test_a_mapping_of_standard_is_laid_over_the_specification() -> None:
    provider = provider_for(desk("standard", {"kind": {"call.completed": "call-ended"}, "call": {"id": "raw.data.id"}}))
    (event,) = provider.normalise(delivery({"type": "call.completed", "timestamp": 1772474400, "data": {"id": "c"}}))
    assert (event.kind, event.native, event.call.id) == ("call-ended", "call.completed", "c")
    assert event.occurred_at is not None
    assert provider_for(desk("standard")).normalise(delivery({"type": "x"}))[0].native == "x"


def test_other_platforms_take_no_mapping() -> None:
    with pytest.raises(MappingNotTaken, match="generic and standard do"):
        provider_for(desk("flireo", {}))
    with pytest.raises(UnknownProvider):
        provider_for(desk("flirio"))
    assert provider_for(desk("flireo")) is PROVIDERS["flireo"]


def test_whoever_goes_on_without_gets_what_there_is() -> None:
    assert provider_or_none(desk(mapping={"native": "rw"})) is PROVIDERS["generic"]
    assert provider_or_none(desk("flireo", {})) is PROVIDERS["flireo"]
    assert provider_or_none(desk("flirio")) is None


def test_a_mapping_that_cannot_be_used_says_why() -> None:
    with pytest.raises(BadMapping, match='native: unknown name "rw"'):
        provider_for(desk(mapping={"native": "rw"}))


def test_what_it_sends_and_can_be_told() -> None:
    provider = provider_for(desk(mapping={"native": "raw.e", "kind": {"ring": "assistant-request", "end": "call-ended"},
                                          "reply": {"assistant-request": {"agent": "answer.assistant"}}}))  # fmt: skip
    assert kinds_sent(provider) == frozenset({"assistant-request", "call-ended", "tool-calls"})
    assert provider.answers["assistant-request"] == {"": frozenset({"assistant"})}
    assert provider.answers["tool-calls"] == {"": frozenset({"result", "error", "say"})}
    reckoned = provider_for(desk(mapping={"kind": "raw.kind"}))
    assert kinds_sent(reckoned) is None
    assert set(reckoned.answers) >= {"assistant-request", "dial-request"}
    assert kinds_sent(PROVIDERS["vapi"]) == frozenset(PROVIDERS["vapi"].kinds.values())


def test_headers_it_looks_at_are_kept_unless_they_prove_something() -> None:
    auth = (AuthEntry(scheme="header", header="X-Key", secret="s"),)
    looks = {"native": 'headers["X-Kind"] + headers["x-key"] + headers.authorization'}
    assert provider_for(desk(mapping=looks, auth=auth)).kept_headers == {"x-kind"}


def test_it_waits_as_long_as_the_most_impatient() -> None:
    provider = PROVIDERS["generic"]
    assert provider.deadline(Event(kind="tool-calls")) == DEADLINE
    assert provider.deadline(Event(kind="call-ended")) is None
