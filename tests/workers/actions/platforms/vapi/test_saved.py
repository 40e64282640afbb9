from __future__ import annotations

from typing import Any

import pytest

from tests.workers.actions.ports.spending import AFTER, BEFORE, in_doubt, verify
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import refused
from workers.actions import ACTIONS
from workers.clients.errors import ApiError, Conflict, InDoubtError, Invalid


async def test_an_assistant_is_saved() -> None:
    platform = Platform({"POST /assistant": {"id": "a9", "name": "Sunday", "server": {"secret": "hush"}}})
    made = await perform(
        given(platform, "vapi"), "vapi.assistant.create", name="Sunday", settings={"firstMessage": "Hi", "name": "x"}
    )
    assert (made["id"], made["name"], made["raw"]["server"]) == ("a9", "Sunday", {"secret": "[redacted]"})
    assert platform.seen[0].body == {"firstMessage": "Hi", "name": "Sunday"}


async def test_a_number_is_had() -> None:
    platform = Platform({"POST /phone-number": {"id": "n9", "provider": "vapi", "status": "activating"}})
    made = await perform(
        given(platform, "vapi"),
        "vapi.phone_number.create",
        name="Spring",
        assistant="a1",
        settings={"numberDesiredAreaCode": "415"},
    )
    assert (made["id"], made["number"]) == ("n9", "")
    assert platform.seen[0].body == {
        "numberDesiredAreaCode": "415",
        "provider": "vapi",
        "name": "Spring",
        "assistantId": "a1",
    }


@pytest.mark.parametrize(
    ("name", "route"), [("vapi.assistant.create", "GET /assistant"), ("vapi.phone_number.create", "GET /phone-number")]
)
@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([{"id": "x9", "name": "Spring", "createdAt": AFTER}], "x9"),
        ([{"id": "x1", "name": "Spring", "createdAt": BEFORE}], None),
        ([{"id": "x1", "name": "Autumn", "createdAt": AFTER}], None),
        ([], None),
    ],
)
async def test_whether_it_was_made_stands_in_the_list(
    name: str, route: str, items: list[Any], found: str | None
) -> None:
    output = await verify(in_doubt({route: items}, "vapi"), name, name="Spring")
    assert (output and output["id"]) == found


async def test_two_of_one_name_are_left_to_a_person() -> None:
    twins = [{"id": each, "name": "Spring", "createdAt": AFTER} for each in ("x1", "x2")]
    with pytest.raises(Conflict):
        await verify(in_doubt({"GET /phone-number": twins}, "vapi"), "vapi.phone_number.create", name="Spring")


async def test_an_assistant_is_deleted_and_asked_for_when_in_doubt() -> None:
    platform = Platform({"DELETE /assistant/a9": {"id": "a9"}})
    assert await perform(given(platform, "vapi"), "vapi.assistant.delete", assistant="a9") == {"id": "a9"}
    gone = in_doubt({"GET /assistant/a9": refused(404, {"message": "none"})}, "vapi")
    assert await verify(gone, "vapi.assistant.delete", assistant="a9") == {"id": "a9"}
    there = in_doubt({"GET /assistant/a9": {"id": "a9"}}, "vapi")
    assert await verify(there, "vapi.assistant.delete", assistant="a9") is None


@pytest.mark.parametrize(("status", "error"), [(400, Invalid), (409, Conflict), (500, InDoubtError)])
async def test_refusals(status: int, error: type[ApiError]) -> None:
    platform = Platform({"DELETE /assistant/a9": refused(status, {"message": "No.", "statusCode": status})})
    with pytest.raises(error):
        await perform(given(platform, "vapi"), "vapi.assistant.delete", assistant="a9")


def test_a_number_counts_against_the_ceiling() -> None:
    assert ACTIONS["vapi.phone_number.create"].costs == "numbers-bought"
