from __future__ import annotations

from typing import Any

import pytest

from tests.workers.actions.ports.spending import AFTER, in_doubt, verify
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import Seen, refused
from workers.actions import ACTIONS
from workers.clients.errors import Conflict, InDoubtError, Invalid

LATER = {"agent": "a1", "to": "+31 6 12340001", "from": "n1", "at": "2026-12-01T09:00:00+01:00"}


async def test_calls_are_listed_by_what_is_chosen() -> None:
    platform = Platform({"GET /call": [{"id": "c1", "type": "webCall", "createdAt": AFTER}]})
    listed = await perform(
        given(platform, "vapi"), "vapi.call.list", agent="a1", number="n1", since="2026-12-01T09:00:00Z"
    )
    assert (listed["count"], listed["complete"], listed["calls"][0]["direction"]) == (1, True, "web")
    assert platform.seen[0].query == (
        "assistantId=a1&phoneNumberId=n1&createdAtGe=2026-12-01T09%3A00%3A00%2B00%3A00&limit=100"
    )


async def test_a_long_list_is_cut_and_says_so() -> None:
    page = [{"id": f"c{index}", "createdAt": f"2026-12-01T09:{59 - index // 2:02d}:00Z"} for index in range(100)]
    listed = await perform(given(Platform({"GET /call": page}), "vapi"), "vapi.call.list", limit=30)
    assert (listed["count"], listed["complete"], listed["calls"][29]["id"]) == (30, False, "c29")


async def test_a_call_is_placed_for_later_under_our_name() -> None:
    def made(seen: Seen) -> Any:
        return {"id": "c9", "status": "scheduled", "name": seen.body["name"]}

    platform = Platform({"POST /call": made})
    output = await perform(given(platform, "vapi"), "vapi.call.schedule", **LATER, latest="2026-12-01T10:00:00+01:00")
    assert (output["id"], output["status"]) == ("c9", "scheduled")
    body = platform.seen[0].body
    assert body.pop("name").startswith("hookswitch ")
    assert body == {
        "schedulePlan": {"earliestAt": "2026-12-01T09:00:00+01:00", "latestAt": "2026-12-01T10:00:00+01:00"},
        "assistantId": "a1",
        "phoneNumberId": "n1",
        "customer": {"number": "+31612340001"},
    }


async def test_whether_it_was_placed_is_known_by_the_name() -> None:
    seen = Platform({"POST /call": {"id": "c9"}})
    await perform(given(seen, "vapi"), "vapi.call.schedule", **LATER)
    ours = {"id": "c9", "name": seen.seen[0].body["name"], "createdAt": AFTER}
    found = await verify(in_doubt({"GET /call": [ours]}, "vapi"), "vapi.call.schedule", **LATER)
    assert found
    assert found["id"] == "c9"
    assert await verify(in_doubt({"GET /call": []}, "vapi"), "vapi.call.schedule", **LATER) is None


def test_it_counts_against_the_ceiling() -> None:
    assert (ACTIONS["vapi.call.schedule"].costs, ACTIONS["vapi.call.schedule"].in_doubt) == ("calls-started", "verify")


async def test_a_call_gets_another_name() -> None:
    platform = Platform({"PATCH /call/c1": {"id": "c1", "name": "Claim 7"}})
    output = await perform(given(platform, "vapi"), "vapi.call.update", call="c1", name="Claim 7")
    assert (output["id"], platform.seen[0].body) == ("c1", {"name": "Claim 7"})


async def test_a_call_is_deleted_and_asked_for_when_in_doubt() -> None:
    platform = Platform({"DELETE /call/c1": {"id": "c1"}})
    assert await perform(given(platform, "vapi"), "vapi.call.delete", call="c1") == {"id": "c1"}
    gone = in_doubt({"GET /call/c1": refused(404, {"message": "none"})}, "vapi")
    assert await verify(gone, "vapi.call.delete", call="c1") == {"id": "c1"}
    assert await verify(in_doubt({"GET /call/c1": {"id": "c1"}}, "vapi"), "vapi.call.delete", call="c1") is None


@pytest.mark.parametrize(("status", "error"), [(400, Invalid), (409, Conflict), (503, InDoubtError)])
async def test_refusals(status: int, error: Any) -> None:
    platform = Platform({"DELETE /call/c1": refused(status, {"message": "No."})})
    with pytest.raises(error):
        await perform(given(platform, "vapi"), "vapi.call.delete", call="c1")
