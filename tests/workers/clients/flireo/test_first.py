from __future__ import annotations

from typing import Any

import pytest

from tests.workers.clients.support import Platform, Seen, refused, sample, session
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
from workers.clients.flireo.first import FlireoFirst

AGENT = "0d3f9f0e-7a01-4c0e-9c55-0000000000ff"
NUMBER = "0d3f9f0e-7a01-4c0e-9c55-000000000001"
LINK = f"/v1/assistants/{AGENT}/phone-number"


def flireo(platform: Platform) -> FlireoFirst:
    return FlireoFirst(session(platform))


async def test_the_number_of_an_assistant_is_read() -> None:
    platform = Platform({f"GET {LINK}": sample("flireo_assistant_phone_number_get")})
    answer = await flireo(platform).assistant_number(AGENT)
    assert answer.data is not None
    assert answer.data.phone_number is not None
    assert answer.data.phone_number.number == "+31850000001"


async def test_an_assistant_without_a_number_is_read() -> None:
    platform = Platform({f"GET {LINK}": sample("flireo_assistant_phone_number_get_none")})
    answer = await flireo(platform).assistant_number(AGENT)
    assert answer.data is not None
    assert answer.data.phone_number is None


async def test_linking_sends_the_documented_request() -> None:
    platform = Platform({f"POST {LINK}": sample("flireo_assistant_phone_number_link")})
    answer = await flireo(platform).link(AGENT, NUMBER)
    assert answer is not None
    assert answer.data is not None
    assert answer.data.released_assistants == 0
    assert platform.seen[0].body == {"phone_number_id": NUMBER}
    required = sample("flireo_assistant_phone_number_schema_link_request")["required"]
    assert set(platform.seen[0].body) == set(required)


async def test_unlinking_sends_no_body() -> None:
    platform = Platform({f"DELETE {LINK}": sample("flireo_assistant_phone_number_unlink")})
    answer = await flireo(platform).unlink(AGENT)
    assert answer is not None
    assert platform.seen[0].body is None


def nested(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "In words.", "details": {}}}


def with_param(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "In words.", "param": "phone_number_id", "type": "invalid"}}


def flat(code: str) -> dict[str, Any]:
    return {"error": code, "message": "In words."}


ENVELOPES = [nested, with_param, flat]


@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("invalid_parameters", 400, Invalid),
        ("already_in_use", 400, Conflict),
        ("invalid_status", 400, Invalid),
        ("insufficient_credits", 402, Invalid),
        ("forbidden", 403, AuthFailed),
        ("not_found", 404, NotFound),
        ("rate_limit_exceeded", 429, RateLimited),
        ("database_error", 500, Unavailable),
        ("provider_error", 500, Unavailable),
        ("server_error", 500, Unavailable),
    ],
)
async def test_every_documented_code_has_its_error(envelope: Any, code: str, status: int, kind: type[ApiError]) -> None:
    answer = refused(status, envelope(code))
    platform = Platform({f"POST {LINK}": answer, f"DELETE {LINK}": answer})
    for attempt in (flireo(platform).link(AGENT, NUMBER), flireo(platform).unlink(AGENT)):
        with pytest.raises(ApiError) as caught:
            await attempt
        assert type(caught.value) is kind
        assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize("envelope", ENVELOPES)
async def test_already_linked_means_that_linking_is_done(envelope: Any) -> None:
    platform = Platform({f"POST {LINK}": refused(400, envelope("already_linked"))})
    assert await flireo(platform).link(AGENT, NUMBER) is None


@pytest.mark.parametrize("envelope", ENVELOPES)
async def test_no_phone_number_means_that_unlinking_is_done(envelope: Any) -> None:
    platform = Platform({f"DELETE {LINK}": refused(400, envelope("no_phone_number"))})
    assert await flireo(platform).unlink(AGENT) is None


async def test_one_operations_done_is_not_the_others() -> None:
    platform = Platform(
        {
            f"POST {LINK}": refused(400, nested("no_phone_number")),
            f"DELETE {LINK}": refused(400, nested("already_linked")),
        }
    )
    with pytest.raises(Invalid):
        await flireo(platform).link(AGENT, NUMBER)
    with pytest.raises(Invalid):
        await flireo(platform).unlink(AGENT)


async def test_all_pages_of_numbers_are_read_with_the_shared_ones() -> None:
    everything = [{"id": f"n{i}", "phone_number": f"+3185{i:07}"} for i in range(150)]

    def page(seen: Seen) -> dict[str, Any]:
        offset = int(seen.query.split("offset=")[1])
        return {
            "data": everything[offset : offset + 100],
            "shared_numbers": [{"id": "s1", "phone_number": "+31850009999"}],
            "meta": {"total": 150, "limit": 50, "offset": offset},
        }

    platform = Platform({"GET /v1/phone-numbers": page})
    own, shared = await flireo(platform).numbers()
    assert [each.id for each in own.items] == [each["id"] for each in everything]
    assert own.complete
    assert [each.id for each in shared] == ["s1"]
    assert platform.seen[0].query == "include_default=true&limit=100&offset=0"


@pytest.mark.parametrize(
    "body", [{}, {"data": None, "meta": None}, {"data": [], "shared_numbers": None}, {"data": "x"}]
)
async def test_an_empty_account_has_no_numbers(body: Any) -> None:
    own, shared = await flireo(Platform({"GET /v1/phone-numbers": body})).numbers()
    assert (own.items, shared) == ([], [])


async def test_numbers_on_offer_are_asked_for_within_the_limits() -> None:
    platform = Platform({"GET /v1/phone-numbers/available": {"data": [{"phone_number": "+31850000002"}], "meta": {}}})
    client = flireo(platform)
    assert [each.phone_number for each in await client.available("mobile", "06", 80)] == ["+31850000002"]
    await client.available()
    assert [seen.query for seen in platform.seen] == ["limit=50&number_type=mobile&query=06", "limit=20"]


ORDER = {"id": "o1", "phone_number": "+31207000001", "status": "pending", "ordered_at": "2026-02-03T04:05:06Z"}
GROUP = {"id": "g1", "name": "Branch", "phone_number_type": "local", "status": "approved"}
META = {"total": 1, "limit": 100, "offset": 0}


async def test_orders_are_asked_for_by_what_is_chosen() -> None:
    platform = Platform({"GET /v1/phone-number-orders": {"data": [ORDER], "meta": META}})
    listing = await flireo(platform).orders(status="pending", group="g1")
    assert [each.id for each in listing.items] == ["o1"]
    assert platform.seen[0].query == "status=pending&verification_group_id=g1&limit=100&offset=0"


async def test_one_order_tells_its_ids_outside() -> None:
    platform = Platform({"GET /v1/phone-number-orders/o1": {"data": ORDER | {"external_order_id": "ext-1"}}})
    assert (await flireo(platform).order_placed("o1")).external_order_id == "ext-1"


async def test_groups_are_read_page_by_page() -> None:
    def page(seen: Seen) -> Any:
        offset = int(seen.query.partition("offset=")[2])
        return {"data": [GROUP | {"id": f"g{offset}"}], "meta": {"total": 2, "limit": 1, "offset": offset}}

    platform = Platform({"GET /v1/verification-groups": page})
    listing = await flireo(platform).groups("approved", "local")
    assert [each.id for each in listing.items] == ["g0", "g1"]
    assert platform.seen[0].query == "status=approved&phone_number_type=local&limit=100&offset=0"


async def test_a_group_its_numbers_and_an_order_in_it() -> None:
    path = "/v1/verification-groups/g1"
    platform = Platform(
        {
            f"GET {path}": {"data": GROUP | {"documents": [{"id": "d1"}]}},
            f"GET {path}/available-phone-numbers": {"data": [{"phone_number": "+31207000001"}]},
            f"POST {path}/order-number": {"data": {"order_id": "o1", "verification_group": {"id": "g1"}}},
        }
    )
    client = flireo(platform)
    assert (await client.group("g1")).documents == [{"id": "d1"}]
    assert [each.phone_number for each in await client.group_numbers("g1")] == ["+31207000001"]
    placed = (await client.order_in_group("g1", "+31207000001")).data
    assert placed is not None
    assert placed.order_id == "o1"
    assert platform.seen[-1].body == {"phone_number": "+31207000001"}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "not_found", NotFound),
        (400, "invalid_status", Invalid),
        (402, "insufficient_credits", Invalid),
        (400, "invalid_parameters", Invalid),
        (429, "rate_limit_exceeded", RateLimited),
        (500, "provider_error", InDoubtError),
    ],
)
async def test_documented_refusals_of_an_order(status: int, code: str, kind: type[ApiError]) -> None:
    platform = Platform({"POST /v1/verification-groups/g1/order-number": refused(status, nested(code))})
    with pytest.raises(kind) as caught:
        await flireo(platform).order_in_group("g1", "+31207000001")
    assert caught.value.code == code
