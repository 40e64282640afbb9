from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.responses import JSONResponse, RedirectResponse

from tests.workers.clients.support import Platform, Seen, context, refused, said_by, session
from tests.workers.clients.vapi.test_models import ASSISTANT, CALL, NUMBER
from workers.clients.errors import (
    ApiError,
    AuthFailed,
    Conflict,
    InDoubtError,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
)
from workers.clients.vapi.client import PAGE_SIZE, VapiApi

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def vapi(platform: Platform) -> VapiApi:
    return VapiApi(session(platform))


def created(place: int) -> str:
    """Newest first, two for each second."""
    return (NOON - timedelta(seconds=place // 2)).isoformat()


def a_list(count: int, *, newest_first: bool = True) -> Any:
    """A platform that honours `limit` and `createdAtLe`."""
    items = [{"id": f"n{place}", "createdAt": created(place)} for place in range(count)]

    def page(seen: Seen) -> list[dict[str, Any]]:
        query = parse_qs(seen.query)
        bound = query.get("createdAtLe", ["9"])[0]
        found = [each for each in items if each["createdAt"] <= bound]
        return (found if newest_first else found[::-1])[: int(query["limit"][0])]

    return page


async def test_a_short_list_is_read_at_once() -> None:
    platform = Platform({"GET /phone-number": [NUMBER], "GET /assistant": [ASSISTANT]})
    assert [each.number for each in (await vapi(platform).numbers()).items] == ["+31850000001"]
    assert [each.name for each in (await vapi(platform).assistants()).items] == ["Day desk"]
    assert platform.seen[0].query == f"limit={PAGE_SIZE}"
    assert platform.seen[0].headers["authorization"].startswith("Bearer ")


async def test_a_long_list_is_read_by_the_moment_of_its_oldest() -> None:
    platform = Platform({"GET /phone-number": a_list(250)})
    listing = await vapi(platform).numbers()
    assert (len(listing.items), len({each.id for each in listing.items}), listing.complete) == (250, 250, True)
    assert len(platform.seen) == 3


@pytest.mark.parametrize(
    "answer",
    [
        a_list(250, newest_first=False),
        [{"id": f"n{place}"} for place in range(PAGE_SIZE)],
        [{"id": f"n{place}", "createdAt": created(0)} for place in range(PAGE_SIZE)],
    ],
    ids=["oldest first", "without times", "all of one moment"],
)
async def test_a_list_whose_end_cannot_be_reached_is_incomplete(answer: Any) -> None:
    assert not (await vapi(Platform({"GET /phone-number": answer})).numbers()).complete


@pytest.mark.parametrize("answer", [{}, {"results": []}, None])
async def test_what_is_no_list_is_not_an_empty_one(answer: Any) -> None:
    with pytest.raises(Unavailable, match="without the list"):
        await vapi(Platform({"GET /phone-number": JSONResponse(answer)})).numbers()


async def test_calls_since_a_moment() -> None:
    platform = Platform({"GET /call": [CALL]})
    assert [each.id for each in (await vapi(platform).calls_since(NOON)).items] == ["call-1"]
    assert parse_qs(platform.seen[0].query)["createdAtGe"] == ["2026-11-21T12:00:00+00:00"]


async def test_reading_and_changing_one() -> None:
    platform = Platform(
        {
            "GET /phone-number/pn-1": NUMBER, "PATCH /phone-number/pn-1": NUMBER | {"assistantId": None},
            "DELETE /phone-number/pn-1": NUMBER, "GET /assistant/as-1": ASSISTANT, "GET /call/call-1": CALL,
            "PATCH /assistant/as-1": ASSISTANT | {"name": "New"}, "POST /call": JSONResponse(CALL, 201),
        }
    )  # fmt: skip
    client = vapi(platform)
    assert (await client.number("pn-1")).assistant_id == "as-1"
    assert (await client.update_number("pn-1", {"assistantId": None})).assistant_id is None
    assert (await client.delete_number("pn-1")).id == "pn-1"
    assert (await client.assistant("as-1")).first_message == "Hello."
    assert (await client.update_assistant("as-1", {"name": "New"})).name == "New"
    assert (await client.call("call-1")).cost == 0.1
    assert (await client.create_call({"assistantId": "as-1"})).id == "call-1"
    assert [seen.body for seen in platform.seen if seen.body] == [
        {"assistantId": None},
        {"name": "New"},
        {"assistantId": "as-1"},
    ]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Invalid), (401, AuthFailed), (404, NotFound), (409, Conflict), (429, RateLimited), (500, InDoubtError)],
)
async def test_a_call_that_is_refused(status: int, kind: type[ApiError]) -> None:
    no = refused(
        status,
        {"message": ["customer.number must be E.164"], "error": "No", "statusCode": status},
        {"Retry-After": "7"},
    )
    with pytest.raises(kind, match=r"customer\.number must be E\.164") as caught:
        await vapi(Platform({"POST /call": no})).create_call({})
    assert type(caught.value) is kind
    assert caught.value.retry_after == 7


async def test_what_is_saved_is_made_renamed_and_deleted() -> None:
    platform = Platform(
        {
            "POST /assistant": {"id": "a9"},
            "DELETE /assistant/a9": {"id": "a9"},
            "POST /phone-number": {"id": "n9"},
            "PATCH /call/c1": {"id": "c1", "name": "x"},
            "DELETE /call/c1": {"id": "c1"},
        }
    )
    client = VapiApi(session(platform))
    assert (await client.create_assistant({"name": "x"})).id == "a9"
    await client.delete_assistant("a9")
    assert (await client.create_number({"provider": "vapi"})).id == "n9"
    assert (await client.rename_call("c1", "x")).name == "x"
    await client.delete_call("c1")
    assert platform.said() == [
        "POST /assistant",
        "DELETE /assistant/a9",
        "POST /phone-number",
        "PATCH /call/c1",
        "DELETE /call/c1",
    ]


async def test_calls_are_read_as_far_as_asked() -> None:
    page = [{"id": f"c{index}", "createdAt": f"2026-12-01T09:{59 - index // 2:02d}:00Z"} for index in range(100)]
    platform = Platform({"GET /call": page})
    listing = await VapiApi(session(platform)).calls({"assistantId": "a1"}, 100)
    assert (len(listing.items), listing.complete, len(platform.seen)) == (100, False, 1)


async def test_numbers_are_found_page_by_page() -> None:
    def page(seen: Seen) -> Any:
        asked = {name: values[0] for name, values in parse_qs(seen.query).items()}
        assert asked["search"] == "desk"
        first = asked["page"] == "1"
        found = [{"id": f"n{index}"} for index in range(PAGE_SIZE if first else 20)]
        return {"results": found, "metadata": {"totalItems": PAGE_SIZE + 20, "currentPage": int(asked["page"])}}

    listing = await vapi(Platform({"GET /v2/phone-number": page})).numbers_found("desk")
    assert (len(listing.items), listing.complete) == (PAGE_SIZE + 20, True)


@pytest.mark.parametrize("metadata", [None, {}, {"totalItems": None}, {"totalItems": "many"}])
async def test_a_page_that_does_not_tell_the_total_is_the_last(metadata: Any) -> None:
    platform = Platform({"GET /v2/phone-number": {"results": [NUMBER], "metadata": metadata}})
    assert len((await vapi(platform).numbers_found("")).items) == 1


async def test_several_calls_are_deleted_by_a_list() -> None:
    platform = Platform({"DELETE /call/c1": {}})
    await vapi(platform).delete_calls(["c1", "c2"])
    assert platform.seen[0].body == {"ids": ["c1", "c2"]}


async def test_a_file_of_a_call_is_where_the_platform_points_to() -> None:
    away = RedirectResponse("https://files.example.com/c1.wav?signed=hush", 302)
    platform = Platform({"GET /call/c1/mono-recording": away, "GET /call/c1/call-logs": JSONResponse({"lines": []})})
    around = context(platform.client())
    at = session(platform, recorder=around)
    assert await VapiApi(at).call_file("c1", "mono-recording") == "https://files.example.com/c1.wav?signed=hush"
    assert await VapiApi(at).call_file("c1", "call-logs") == f"{at.base_url}/call/c1/call-logs"
    assert platform.said() == ["GET /call/c1/mono-recording", "GET /call/c1/call-logs"]
    assert "hush" not in said_by(around)
    with pytest.raises(NotFound):
        await VapiApi(at).call_file("c1", "pcap")
