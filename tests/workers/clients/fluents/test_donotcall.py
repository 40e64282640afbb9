from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from tests.workers.clients.support import Platform, refused, session
from workers.clients.errors import Unavailable
from workers.clients.fluents.client import Fluents
from workers.clients.fluents.donotcall import DoNotCall

ENTRY = {"id": "d1", "phoneNumber": "+31612340001", "createdAt": "2026-11-20T10:00:00Z", "userId": None, "reason": None}


def listing(routes: dict[str, Any]) -> tuple[Platform, DoNotCall]:
    platform = Platform(routes)
    return platform, Fluents(session(platform)).do_not_call


async def test_the_list_says_whose_it_is() -> None:
    platform, own = listing({"GET /v1/dnc_numbers/list": {"items": [ENTRY], "has_more": False}})
    assert [each.phone_number for each in (await own.all("user")).items] == ["+31612340001"]
    assert platform.seen[0].query == "type=user&page=1&size=100&sort_column=id&sort_desc=false&filters="


async def test_one_number_is_added_in_camel_case() -> None:
    platform, own = listing({"POST /v1/dnc_numbers/create": JSONResponse(ENTRY, 201)})
    assert (await own.add({"phoneNumber": "+31612340001", "reason": "asked"})).id == "d1"
    assert platform.seen[0].body == {"phoneNumber": "+31612340001", "reason": "asked"}


@pytest.mark.parametrize(("answer", "count"), [([ENTRY, ENTRY], 2), ({"items": [ENTRY]}, 0), (Response(), 0)])
async def test_several_are_added_whatever_is_answered(answer: Any, count: int) -> None:
    platform, own = listing({"POST /v1/dnc_numbers/bulk": answer})
    assert len(await own.add_all([{"phoneNumber": "+31612340001"}, {"phoneNumber": "+31612340002"}])) == count
    assert platform.seen[0].body == {"phoneNumbers": [{"phoneNumber": "+31612340001"}, {"phoneNumber": "+31612340002"}]}


async def test_adding_may_be_done_again() -> None:
    with pytest.raises(Unavailable):
        await listing({"POST /v1/dnc_numbers/create": refused(503, {})})[1].add({"phoneNumber": "+31612340001"})
