from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import JSONResponse

from tests.workers.clients.support import Platform, refused, sample, session
from workers.clients.errors import ApiError, Invalid, NotFound, RateLimited, Unavailable
from workers.clients.fluents.client import Fluents
from workers.clients.fluents.numbers import Numbers

NUMBER = sample("fluents_number_normalized")
BY_NUMBER = "phone_number=%2B31850000001"


def numbers(routes: dict[str, Any]) -> tuple[Platform, Numbers]:
    platform = Platform(routes)
    return platform, Fluents(session(platform)).numbers


async def test_one_number_is_asked_for_by_its_encoded_form() -> None:
    platform, own = numbers({"GET /v1/numbers": NUMBER})
    assert (await own.get("+31850000001")).id == NUMBER["id"]
    assert platform.seen[0].query == BY_NUMBER


@pytest.mark.parametrize("form", ["fluents_numbers_available_v1", "fluents_numbers_available_v2"])
async def test_offered_numbers_are_read_in_both_forms(form: str) -> None:
    platform, own = numbers({"GET /v1/numbers/available": sample(form)})
    (offered,) = await own.available("twilio", "acc-1", 10)
    assert offered.number == "+31850000001"
    assert platform.seen[0].query == "telephony_provider=twilio&telephony_account_connection=acc-1&limit=10&filters="


@pytest.mark.parametrize("status", [200, 201])
async def test_200_and_201_both_mean_done(status: int) -> None:
    platform, own = numbers({"POST /v1/numbers/update": JSONResponse(NUMBER, status)})
    updated = await own.update("+31850000001", "n1", {"inbound_agent": "agent-7f"})
    assert updated.inbound_agent == "agent-7f"
    assert (platform.seen[0].query, platform.seen[0].body) == (BY_NUMBER, {"inbound_agent": "agent-7f"})


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("verb", ["update", "cancel", "detach"])
async def test_the_id_is_tried_where_the_number_is_refused(verb: str, status: int) -> None:
    def answer(seen: Any) -> Any:
        return NUMBER if seen.query == "id=n1" else refused(status, {"message": "no such parameter"})

    platform, own = numbers({f"POST /v1/numbers/{verb}": answer})
    found = await {
        "update": lambda: own.update("+31850000001", "n1", {"label": "x"}),
        "cancel": lambda: own.cancel("+31850000001", "n1"),
        "detach": lambda: own.detach("+31850000001", "n1"),
    }[verb]()
    assert found.id == NUMBER["id"]
    assert [seen.query for seen in platform.seen] == [BY_NUMBER, "id=n1"]


async def test_an_id_that_is_not_known_is_looked_up_first() -> None:
    def update(seen: Any) -> Any:
        return NUMBER if seen.query == f"id={NUMBER['id']}" else refused(400, {"message": "id should not be empty"})

    platform, own = numbers({"GET /v1/numbers": NUMBER, "POST /v1/numbers/update": update})
    await own.update("+31850000001", "", {"label": "x"})
    assert platform.said() == ["POST /v1/numbers/update", "GET /v1/numbers", "POST /v1/numbers/update"]


async def test_both_reasons_are_told_where_both_are_refused() -> None:
    def update(seen: Any) -> Any:
        said = "id should not be empty" if seen.query == BY_NUMBER else "label is too long"
        return refused(400, {"message": said})

    with pytest.raises(Invalid, match=r"id should not be empty; asked by id, .*label is too long"):
        await numbers({"POST /v1/numbers/update": update})[1].update("+31850000001", "n1", {"label": "x"})


async def test_a_number_that_is_nowhere_is_not_found() -> None:
    no = refused(404, {"message": "unknown number"})
    _, own = numbers({"POST /v1/numbers/cancel": no, "GET /v1/numbers": no})
    with pytest.raises(NotFound, match="unknown number"):
        await own.cancel("+31850000001", "")


@pytest.mark.parametrize(("status", "kind"), [(409, ApiError), (422, Invalid), (500, Unavailable), (429, RateLimited)])
async def test_other_refusals_are_not_tried_again(status: int, kind: type[ApiError]) -> None:
    platform, own = numbers({"POST /v1/numbers/update": refused(status, {})})
    with pytest.raises(kind):
        await own.update("+31850000001", "n1", {"label": "x"})
    assert len(platform.seen) == 1


async def test_buying_and_importing_say_what_they_want() -> None:
    platform, own = numbers({"POST /v1/numbers/buy": NUMBER, "POST /v1/numbers/link": NUMBER})
    await own.buy({"phone_number": "+1", "telephony_provider": "twilio", "telephony_account_connection": "acc-1"})
    await own.take_over({"phone_number": "+1", "telephony_account_connection": "acc-1", "outbound_only": True})
    assert [seen.body for seen in platform.seen] == [
        {"phone_number": "+1", "telephony_provider": "twilio", "telephony_account_connection": "acc-1"},
        {"phone_number": "+1", "telephony_account_connection": "acc-1", "outbound_only": True},
    ]
