from __future__ import annotations

from receiver.providers.flireo.sections import Fields
from store.event import Event


def test_what_a_body_tells_are_fields_of_an_event() -> None:
    assert set(Fields.__annotations__) <= set(Event.model_fields)
