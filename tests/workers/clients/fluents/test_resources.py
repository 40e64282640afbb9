from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from tests.workers.clients.support import Platform, Seen, refused, session
from workers.clients.errors import InDoubtError, Invalid, NotFound, Unavailable
from workers.clients.fluents.client import Fluents
from workers.clients.fluents.resources import SMALL_PAGE


def fluents(routes: dict[str, Any]) -> tuple[Platform, Fluents]:
    platform = Platform(routes)
    return platform, Fluents(session(platform))


async def test_every_list_parameter_is_always_sent() -> None:
    platform, client = fluents({"GET /v1/voices/list": {"items": [{"id": "v1"}], "has_more": False}})
    assert [each.id for each in (await client.voices.all()).items] == ["v1"]
    assert platform.seen[0].query == "page=1&size=100&sort_column=id&sort_desc=false&filters="


@pytest.mark.parametrize("more", [{"has_more": True}, {"total": 40}, {}])
async def test_pages_are_read_however_the_platform_announces_them(more: dict[str, Any]) -> None:
    def page(seen: Seen) -> dict[str, Any]:
        number = int(seen.query.split("&")[0].removeprefix("page="))
        items = [{"id": f"a{i}"} for i in range((number - 1) * SMALL_PAGE, min(number * SMALL_PAGE, 40))]
        announced = {"has_more": number < 2} if "has_more" in more else more
        return {"items": items, **announced}

    platform, client = fluents({"GET /v1/agents/list": page})
    listing = await client.agents.all()
    assert (len(listing.items), listing.complete) == (40, True)
    assert len(platform.seen) == 2


async def test_an_exact_page_with_a_total_is_not_followed() -> None:
    platform, client = fluents({"GET /v1/agents/list": {"items": [{"id": "a"}] * SMALL_PAGE, "total": SMALL_PAGE}})
    await client.agents.all()
    assert len(platform.seen) == 1


@pytest.mark.parametrize("answer", [{}, {"items": None}, {"items": {}}, {"prompts": []}])
async def test_an_answer_without_list_is_no_empty_list(answer: Any) -> None:
    with pytest.raises(Unavailable, match="without the list"):
        await fluents({"GET /v1/prompts/list": answer})[1].prompts.all()


@pytest.mark.parametrize("status", [200, 201])
async def test_200_and_201_both_mean_made(status: int) -> None:
    platform, client = fluents({"POST /v1/prompts/create": JSONResponse({"id": "p1"}, status)})
    assert (await client.prompts.create({"content": "Be brief."})).id == "p1"
    assert platform.seen[0].body == {"content": "Be brief."}


@pytest.mark.parametrize("answer", [{}, "gone", None, [], PlainTextResponse("ok"), Response(status_code=204)])
async def test_any_2xx_means_removed(answer: Any) -> None:
    platform, client = fluents({"DELETE /v1/webhooks/delete": answer})
    await client.webhooks.delete("w1")
    assert (platform.seen[0].query, platform.seen[0].body) == ("id=w1", None)


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (502, InDoubtError)])
async def test_what_is_not_removed(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await fluents({"DELETE /v1/actions/delete": refused(status, {})})[1].actions.delete("a1")


async def test_nothing_that_was_read_is_sent_back() -> None:
    platform, client = fluents({})
    agent = {"id": "a1", "user_id": "u1", "name": "Day desk"}
    for attempt in (client.agents.create(agent), client.agents.update("a1", agent)):
        with pytest.raises(Invalid, match="as Fluents showed it"):
            await attempt
    assert platform.seen == []
