from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from console.sandbox.platforms.fluents.seed import FLUENTS_DAY_AGENT
from tests.workers.actions.platforms.fluents.support import desk
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import connection
from workers.clients.errors import Invalid


async def test_a_number_on_the_list_is_called_no_more() -> None:
    async with desk() as own:
        added = await own.do("fluents.dnc.add", number="+31 61 234 0001", reason="asked in a call")
        assert (added["count"], added["numbers"][0]["number"]) == (1, "+31612340001")
        assert own.account.do_not_call[-1]["reason"] == "asked in a call"
        listed = await own.do("fluents.dnc.list", number="+31612340001")
        assert (listed["count"], listed["numbers"][0]["reason"]) == (1, "asked in a call")
        order = {"agent": FLUENTS_DAY_AGENT, "to": "+31612340001", "from": "+31850000001"}
        assert (await own.do("call.start", **order))["status"] == "ended"


async def test_several_are_added_at_once_and_once() -> None:
    async with desk() as own:
        for _ in range(2):
            added = await own.do("fluents.dnc.add", numbers=["+31612340001", "+31612340002"])
            assert added["count"] == 2
        listed = await own.do("fluents.dnc.list")
        assert (listed["count"], listed["complete"]) == (3, True)
        assert listed["numbers"][0]["added_at"] == "2026-02-03T04:05:06+00:00"


async def test_a_number_that_is_not_on_the_list() -> None:
    async with desk() as own:
        assert (await own.do("fluents.dnc.list", number="+31612340001"))["count"] == 0


@pytest.mark.parametrize(
    "params", [{}, {"number": "+31612340001", "numbers": ["+31612340002"]}, {"number": "0612340001"}]
)
async def test_which_numbers_must_be_said(params: dict[str, Any]) -> None:
    async with desk() as own:
        with pytest.raises(ValidationError):
            await own.do("fluents.dnc.add", **params)


async def test_the_word_for_whose_list_can_be_changed() -> None:
    platform = Platform({"GET /v1/dnc_numbers/list": {"items": []}})
    own = given(platform, "fluents", to=connection("fluents", defaults={"dnc_type": "environment"}))
    await perform(own, "fluents.dnc.list")
    await perform(own, "fluents.dnc.list", type="global")
    assert [seen.query.split("&")[0] for seen in platform.seen] == ["type=environment", "type=global"]


async def test_a_word_the_platform_does_not_know() -> None:
    async with desk() as own:
        with pytest.raises(Invalid, match="type must be one of"):
            await own.do("fluents.dnc.list", type="everybody")
