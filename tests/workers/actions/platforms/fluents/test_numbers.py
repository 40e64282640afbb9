from __future__ import annotations

import pytest

from console.sandbox.platforms.fluents.seed import FLUENTS_CARRIED, FLUENTS_NIGHT_AGENT
from tests.workers.actions.platforms.fluents.support import desk
from workers.clients.errors import NotFound

MAIN = "+31850000001"


@pytest.mark.parametrize("key", ["phone_number", "id"])
@pytest.mark.parametrize("name", [MAIN, "0d3f9f0e-7a01-4c0e-9c55-000000000101"])
async def test_a_number_is_taken_out_by_either_name(key: str, name: str) -> None:
    async with desk(fluents_number_key=key) as own:
        assert await own.verify("fluents.number.detach", number=name) is None
        assert await own.do("fluents.number.detach", number=name) == {"number": name}
        assert await own.verify("fluents.number.detach", number=name) == {"number": name}
        assert own.account.carried[-1]["number"] == MAIN


@pytest.mark.parametrize("key", ["phone_number", "id"])
async def test_everything_about_numbers_goes_with_either_key(key: str) -> None:
    async with desk(fluents_number_key=key) as own:
        assert (await own.do("number.link", number=MAIN, agent=FLUENTS_NIGHT_AGENT))["changed"]
        assert (await own.do("number.update", number=MAIN, set={"label": "Night"}))["label"] == "Night"
        assert (await own.do("number.unlink", number=MAIN))["numbers"] == [MAIN]
        await own.do("number.release", number=MAIN)
        assert MAIN not in [each["number"] for each in own.account.numbers]


async def test_a_number_is_brought_in() -> None:
    async with desk() as own:
        assert await own.verify("fluents.number.import", number=FLUENTS_CARRIED) is None
        brought = await own.do("fluents.number.import", number=FLUENTS_CARRIED, agent=FLUENTS_NIGHT_AGENT)
        assert (brought["number"], brought["agent"]) == (FLUENTS_CARRIED, FLUENTS_NIGHT_AGENT)
        found = await own.verify("fluents.number.import", number=FLUENTS_CARRIED)
        assert found
        assert found["id"] == brought["id"]
        with pytest.raises(NotFound):
            await own.do("fluents.number.import", number=FLUENTS_CARRIED)
