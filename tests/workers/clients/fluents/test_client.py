from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import JSONResponse

from tests.workers.clients.support import Platform, Seen, refused, sample, session
from workers.clients.errors import ApiError, InDoubtError, Invalid, NotFound, RateLimited, Unavailable
from workers.clients.fluents.client import Fluents

NUMBER = sample("fluents_number_normalized")


def fluents(platform: Platform) -> Fluents:
    return Fluents(session(platform))


async def test_every_list_parameter_is_always_sent() -> None:
    platform = Platform({"GET /v1/numbers/list": {"items": [NUMBER], "page": 1, "size": 100, "has_more": False}})
    assert [each.number for each in (await fluents(platform).numbers()).items] == ["+31850000001"]
    assert platform.seen[0].query == "page=1&size=100&sort_column=id&sort_desc=false&filters="


@pytest.mark.parametrize("form", ["fluents_numbers_available_v1", "fluents_numbers_available_v2"])
async def test_offered_numbers_are_read_in_both_forms(form: str) -> None:
    platform = Platform({"GET /v1/numbers/available": sample(form)})
    (offered,) = await fluents(platform).available("twilio", "acc-1", 10)
    assert offered.number == "+31850000001"
    assert platform.seen[0].query == "telephony_provider=twilio&telephony_account_connection=acc-1&limit=10&filters="


@pytest.mark.parametrize("more", [{"has_more": True}, {"total": 150}, {}])
async def test_pages_are_read_however_the_platform_announces_them(more: dict[str, Any]) -> None:
    def page(seen: Seen) -> dict[str, Any]:
        number = int(seen.query.split("&")[0].removeprefix("page="))
        items = [{"id": f"a{i}"} for i in range((number - 1) * 100, min(number * 100, 150))]
        announced = {"has_more": number < 2} if "has_more" in more else more
        return {"items": items, **announced}

    platform = Platform({"GET /v1/agents/list": page})
    listing = await fluents(platform).agents()
    assert (len(listing.items), listing.complete) == (150, True)
    assert len(platform.seen) == 2


async def test_an_exact_page_with_a_total_is_not_followed() -> None:
    platform = Platform({"GET /v1/agents/list": {"items": [{"id": "a"}] * 100, "total": 100}})
    await fluents(platform).agents()
    assert len(platform.seen) == 1


async def test_one_number_is_asked_for_by_its_encoded_form() -> None:
    platform = Platform({"GET /v1/numbers": NUMBER})
    assert (await fluents(platform).number("+31850000001")).id == NUMBER["id"]
    assert platform.seen[0].query == "phone_number=%2B31850000001"


@pytest.mark.parametrize("status", [200, 201])
async def test_200_and_201_both_mean_done(status: int) -> None:
    platform = Platform({"POST /v1/numbers/update": JSONResponse(NUMBER, status)})
    updated = await fluents(platform).update_number("+31850000001", "n1", {"inbound_agent": "agent-7f"})
    assert updated.inbound_agent == "agent-7f"
    assert platform.seen[0].query == "phone_number=%2B31850000001"
    assert platform.seen[0].body == {"inbound_agent": "agent-7f"}


@pytest.mark.parametrize("status", [400, 404])
async def test_the_id_is_tried_where_the_number_is_refused(status: int) -> None:
    def update(seen: Seen) -> Any:
        return NUMBER if seen.query == "id=n1" else refused(status, {"message": "no such parameter"})

    platform = Platform({"POST /v1/numbers/update": update})
    assert (await fluents(platform).update_number("+31850000001", "n1", {"label": "x"})).id == NUMBER["id"]
    assert [seen.query for seen in platform.seen] == ["phone_number=%2B31850000001", "id=n1"]


@pytest.mark.parametrize(("status", "kind"), [(409, ApiError), (422, Invalid), (500, Unavailable), (429, RateLimited)])
async def test_other_refusals_are_not_tried_again(status: int, kind: type[ApiError]) -> None:
    platform = Platform({"POST /v1/numbers/update": refused(status, {})})
    with pytest.raises(kind):
        await fluents(platform).update_number("+31850000001", "n1", {"label": "x"})
    assert len(platform.seen) == 1


async def test_without_an_id_the_first_refusal_stands() -> None:
    platform = Platform({"POST /v1/numbers/update": refused(404, {"message": "unknown number"})})
    with pytest.raises(NotFound, match="unknown number"):
        await fluents(platform).update_number("+31850000001", "", {"label": "x"})
    assert len(platform.seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"message": "label is too long", "error": "Bad Request", "statusCode": 400},
        {"message": ["label is too long", "other"], "error": "Bad Request", "statusCode": 400},
        {"detail": [{"loc": ["body", "label"], "msg": "label is too long", "type": "value_error"}]},
    ],
)
async def test_all_three_error_bodies_are_read(body: Any) -> None:
    with pytest.raises(Invalid, match="label is too long"):
        await fluents(Platform({"GET /v1/agents": refused(400, body)})).agent("a1")


async def test_agents_are_read_and_changed_by_query() -> None:
    agent = sample("fluents_numbers_available_v2")["items"][0]["inbound_agent"]
    platform = Platform({"GET /v1/agents": agent, "POST /v1/agents/update": JSONResponse(agent, 201)})
    client = fluents(platform)
    assert (await client.agent("a+1")).name == "Day desk"
    await client.update_agent("a+1", {"language": "nl"})
    assert [seen.query for seen in platform.seen] == ["id=a%2B1", "id=a%2B1"]
    assert platform.seen[1].body == {"language": "nl"}


async def test_ending_a_call_sends_no_body_and_is_not_repeated_blindly() -> None:
    platform = Platform({"POST /v1/calls/end": {"id": "c1", "status": "ended"}})
    assert (await fluents(platform).end_call("c1")).status == "ended"
    assert platform.seen[0].query == "id=c1"
    assert platform.seen[0].body is None
    with pytest.raises(InDoubtError):
        await fluents(Platform({"POST /v1/calls/end": refused(502, {})})).end_call("c1")
