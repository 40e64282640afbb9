from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.workers.actions.support import Platform, given, perform
from workers.actions import ACTIONS
from workers.actions.platforms.opencx.sequences import Someone


async def test_a_sequence_is_shown_started_and_stopped() -> None:
    routes = {
        "GET /sequences/q": {"id": "q", "name": "Reminders", "status": "pending"},
        "PUT /sequences/q/start": {},
        "PUT /sequences/q/cancel": {},
    }
    own = given(Platform(routes), "opencx")
    assert (await perform(own, "opencx.sequence.get", sequence="q"))["status"] == "pending"
    assert (await perform(own, "opencx.sequence.start", sequence="q"))["status"] == "active"
    assert (await perform(own, "opencx.sequence.cancel", sequence="q"))["status"] == "canceled"


@pytest.mark.parametrize(
    ("status", "happened"),
    [("active", True), ("complete", True), ("pending", False), (None, False), ("canceled", False)],
)
async def test_whether_it_was_started_is_told_by_its_status(status: str | None, happened: bool) -> None:
    action = ACTIONS["opencx.sequence.start"]
    own = given(Platform({"GET /sequences/q": {"status": status}}), "opencx")
    assert action.verify
    found = await action.verify(own, action.params.model_validate({"sequence": "q"}))
    assert (found is not None) == happened


async def test_people_are_added_by_whatever_names_them() -> None:
    platform = Platform({"POST /sequences/q/contacts": {"run_id": "r"}})
    people = [{"id": "c1"}, {"phone": "+31 6 1234 0001"}, {"email": "a@example.com"}]
    found = await perform(given(platform, "opencx"), "opencx.sequence.add_contacts", sequence="q", contacts=people)
    assert found["run"] == "r"
    written = [{"id": "c1"}, {"phone_number": "+31612340001"}, {"email": "a@example.com"}]
    assert platform.seen[0].body == {"contacts": written}


@pytest.mark.parametrize("who", [{}, {"id": "c", "email": "e"}, {"phone": "0612"}, {"name": "Asha"}])
def test_each_is_named_once(who: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Someone.model_validate(who)


def test_what_may_call_people_counts_as_calling() -> None:
    costly = {name for name, each in ACTIONS.items() if name.startswith("opencx.") and each.costs == "calls-started"}
    assert costly == {"opencx.sequence.start", "opencx.sequence.add_contacts"}
