from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from receiver.providers.flireo.normalise import normalise
from receiver.raw import RawDelivery
from tests.chaos.traffic import CONNECTION, Delivery, body_of, deliveries, marker_of, number_of

BEGAN = datetime(2026, 1, 5, 9, 30, tzinfo=UTC).timestamp()


def stream() -> list[Delivery]:
    return list(deliveries(4, 200.0, 10.0))


def test_a_steady_stream_that_the_seed_decides() -> None:
    sent = stream()
    assert sent == stream()
    assert [each.at for each in sent] == [number / 10 for number in range(2000)]
    kinds = Counter((each.kind, each.generation) for each in sent)
    assert len(kinds) == 12
    assert min(kinds.values()) > 50


def test_some_come_again_and_only_those_that_can_be_known_again() -> None:
    repeated = [each for each in stream() if len(each.copies) > 1]
    assert len(repeated) > 100
    assert all(each.is_known_again and not each.hangs_up for each in repeated)
    assert {copy.receiver for each in repeated for copy in each.copies} == {0, 1}
    assert any(copy.after == 0.0 for each in repeated for copy in each.copies[1:])


def test_some_hang_up_and_only_those_that_wait() -> None:
    hung_up = [each for each in stream() if each.hangs_up]
    assert hung_up
    assert all(each.waits for each in hung_up)


def test_every_delivery_is_known_by_its_caller() -> None:
    for sent in stream()[:300]:
        raw = RawDelivery(body_of(sent, BEGAN), connection=CONNECTION[sent.generation])
        event = normalise(raw)
        assert (event.kind, event.call.from_) == (sent.kind, sent.marker)
        assert bool(event.dedup_key) == sent.is_known_again
        assert [tool.id for tool in event.tools] == ([sent.tool_id] if sent.kind == "tool-calls" else [])


@pytest.mark.parametrize("marker", ["+3160000001", "+32600000001", "x"])
def test_numbers_of_others_are_none_of_ours(marker: str) -> None:
    with pytest.raises(ValueError, match=re.escape(marker)):
        number_of(marker)


def test_numbers_and_markers_are_the_same() -> None:
    assert number_of(marker_of(123456)) == 123456
