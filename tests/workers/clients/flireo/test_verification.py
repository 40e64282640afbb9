from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.clients.support import damaged, round_trip
from workers.clients.base import Lenient
from workers.clients.flireo import verification

GROUP = {
    "id": "v1",
    "name": "Branch",
    "phone_number_type": "local",
    "status": "approved",
    "locality": "Amsterdam",
    "business_name": "Example BV",
    "created_at": "2026-02-03T04:05:06Z",
}
BODIES: list[tuple[type[Lenient], dict[str, Any]]] = [
    (verification.NewGroupAnswer, {"message": "ok", "data": {"requirement_group_id": "v1"}}),
    (verification.Groups, {"data": [GROUP], "meta": {"total": 1, "limit": 20, "offset": 0}}),
    (verification.GroupAnswer, {"data": GROUP | {"documents": [{"id": "d"}], "phone_numbers": [{"id": "n"}]}}),
    (
        verification.GroupOrderAnswer,
        {"message": "ok", "data": {"order_id": "o", "credits_used": 10.0, "verification_group": {"id": "v1"}}},
    ),
]


@pytest.mark.parametrize(("model", "body"), BODIES)
def test_answers_are_read_without_loss(model: type[Lenient], body: dict[str, Any]) -> None:
    assert round_trip(model, body) == body


@given(st.data())
def test_no_answer_breaks_the_reading(data: st.DataObject) -> None:
    for model, body in BODIES:
        broken = data.draw(damaged(body))
        assert round_trip(model, broken) == broken
