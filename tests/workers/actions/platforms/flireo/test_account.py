from __future__ import annotations

from typing import Any

import pytest

from tests.workers.actions.ports.spending import AFTER, BEFORE, in_doubt, verify
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import Seen, connection, refused
from workers.clients.errors import ApiError, Conflict, InDoubtError, Unavailable

WORDS = [("g2", "agents"), ("g3", "assistants")]


@pytest.mark.parametrize(("generation", "word"), WORDS)
async def test_an_assistant_is_made_in_the_generations_word(generation: str, word: str) -> None:
    platform = Platform({f"POST /{word}": {word[:-1]: {"id": "a9", "name": "Sunday", "webhook_secret": "hush"}}})
    own = given(platform, "flireo", generation)
    made = await perform(own, "flireo.assistant.create", name="Sunday", settings={"first_message": "Hi", "name": "x"})
    assert (made["id"], made["name"], made["raw"]["webhook_secret"]) == ("a9", "Sunday", "[redacted]")
    assert platform.seen[0].body == {"first_message": "Hi", "name": "Sunday"}


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([{"id": "a9", "name": "Sunday", "created_at": AFTER}], "a9"),
        ([{"id": "a1", "name": "Sunday", "created_at": BEFORE}], None),
        ([{"id": "a1", "name": "Day", "created_at": AFTER}], None),
    ],
)
async def test_whether_it_was_made_stands_in_the_list(items: list[Any], found: str | None) -> None:
    own = in_doubt({"GET /assistants": {"assistants": items, "pagination": {"total": len(items)}}}, "flireo", "g3")
    output = await verify(own, "flireo.assistant.create", name="Sunday")
    assert (output and output["id"]) == found


async def test_one_that_does_not_tell_its_time_is_left_to_a_person() -> None:
    own = in_doubt({"GET /assistants": {"assistants": [{"id": "a9", "name": "Sunday"}]}}, "flireo", "g3")
    with pytest.raises(InDoubtError):
        await verify(own, "flireo.assistant.create", name="Sunday")


async def test_an_assistant_is_deleted_and_asked_for_when_in_doubt() -> None:
    platform = Platform({"DELETE /assistants/a9": refused(204, None)})
    own = given(platform, "flireo", "g3")
    assert await perform(own, "flireo.assistant.delete", assistant="a9") == {"id": "a9"}
    gone = in_doubt({"GET /assistants/a9": refused(404, {"error": "Not Found"})}, "flireo", "g3")
    assert await verify(gone, "flireo.assistant.delete", assistant="a9") == {"id": "a9"}
    there = in_doubt({"GET /assistants/a9": {"assistant": {"id": "a9"}}}, "flireo", "g3")
    assert await verify(there, "flireo.assistant.delete", assistant="a9") is None


@pytest.mark.parametrize(("defaults", "field"), [({}, "phone_number"), ({"number_field": "number"}, "number")])
async def test_a_number_is_brought_along(defaults: dict[str, Any], field: str) -> None:
    platform = Platform({"POST /numbers": {"number": {"id": "n9", "phone_number": "+31850000077"}}})
    own = given(platform, "flireo", "g3", to=connection(defaults=defaults))
    made = await perform(
        own, "flireo.number.create", number="+31 85 0000077", assistant="a1", settings={"business_name": "Desk"}
    )
    assert platform.seen[0].body == {"business_name": "Desk", field: "+31850000077", "agent_id": "a1"}
    assert (made["id"], made["number"]) == ("n9", "+31850000077")


@pytest.mark.parametrize(("listed", "found"), [("+31850000077", "n9"), ("+31850000078", None)])
async def test_whether_a_number_is_there_stands_in_the_list(listed: str, found: str | None) -> None:
    routes = {"GET /numbers": {"numbers": [{"id": "n9", "phone_number": listed}], "pagination": {"total": 1}}}
    output = await verify(in_doubt(routes, "flireo", "g2"), "flireo.number.create", number="+31850000077")
    assert (output and output["id"]) == found


async def test_calls_are_listed_by_status_and_time() -> None:
    def page(seen: Seen) -> Any:
        begin = int(seen.query.rpartition("=")[2])
        items = [{"id": f"c{place}", "status": "completed"} for place in range(begin, begin + 100)]
        return {"calls": items, "pagination": {"total": 250, "limit": 100, "offset": begin}}

    platform = Platform({"GET /calls": page})
    own = given(platform, "flireo", "g3")
    listed = await perform(own, "flireo.call.list", status="completed", since="2026-02-03T00:00:00+00:00", limit=150)
    assert (listed["count"], listed["complete"], listed["calls"][149]["id"]) == (150, False, "c149")
    assert platform.seen[0].query.startswith("start_date=2026-02-03T00%3A00%3A00%2B00%3A00&status=completed&limit=100")
    assert len(platform.seen) == 2


async def test_a_short_list_of_calls_is_whole() -> None:
    platform = Platform({"GET /calls": {"calls": [{"id": "c1"}], "pagination": {"total": 1}}})
    listed = await perform(given(platform, "flireo", "g2"), "flireo.call.list")
    assert (listed["count"], listed["complete"]) == (1, True)
    assert platform.seen[0].query == "limit=100&offset=0"


@pytest.mark.parametrize(
    ("status", "error"), [(409, Conflict), (500, InDoubtError), (502, InDoubtError), (400, ApiError)]
)
async def test_refusals_of_what_is_made(status: int, error: type[ApiError]) -> None:
    platform = Platform({"POST /assistants": refused(status, {"error": "No", "message": "No."})})
    with pytest.raises(error) as caught:
        await perform(given(platform, "flireo", "g3"), "flireo.assistant.create", name="x")
    assert not isinstance(caught.value, Unavailable)
