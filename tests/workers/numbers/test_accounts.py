from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from console.sandbox import seed
from store.client import Store
from store.numbers import NotKeeperError
from tests.workers.numbers.support import MAIN, PLATFORMS, Office, Platform
from workers.clients.errors import Invalid
from workers.numbers import accounts
from workers.numbers.accounts import Accounts

NOBODYS = "+31859999999"


def allowed() -> None:
    """This worker is the keeper."""


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_who_answers_and_who_shall(platform: Platform, store: Store, tmp_path: Path) -> None:
    office = Office(store, tmp_path, platform)
    made = Accounts(office.desk, allowed)
    before = office.answers()
    found = await made.all("desk", [MAIN, NOBODYS])
    assert (found[MAIN].agent, NOBODYS in found) == (before, False)
    assert await made.one("desk", NOBODYS) is None
    assert await made.hand_over("desk", found[MAIN], office.night)
    assert office.answers() == office.night
    asked = len(office.changes())
    assert asked == (2 if platform == "g1" else 1)
    assert not await made.hand_over("desk", found[MAIN], office.day)
    assert (office.answers(), len(office.changes())) == (office.night, asked)
    await office.http.aclose()


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_number_that_nobody_answers_is_linked(platform: Platform, store: Store, tmp_path: Path) -> None:
    office = Office(store, tmp_path, platform)
    made = Accounts(office.desk, allowed)
    seen = await made.one("desk", MAIN)
    assert seen
    office.by_hand(None)
    begun = await made.hand_over("desk", seen, office.night)
    assert (begun, office.answers()) == ((True, office.night) if platform == "g1" or not seen.agent else (False, ""))
    free = await made.one("desk", MAIN)
    assert free
    await made.hand_over("desk", free, office.night)
    assert office.answers() == office.night
    await office.http.aclose()


async def test_a_shared_number_of_the_oldest_generation_does_not_tell_its_agent(store: Store, tmp_path: Path) -> None:
    office = Office(store, tmp_path, "g1")
    made = Accounts(office.desk, allowed)
    shared = await made.one("desk", "+31850000090")
    assert shared
    assert (shared.agent, shared.told) == ("", False)
    office.file('numbers: {{ desk: {{ "+31850000090": {{ agent: vars.day }} }} }}')
    await office.keeper().look()
    assert (await office.state(), office.changes()) == ("unknown", [])
    await office.http.aclose()


async def test_a_full_limit_is_waited_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "REST", 0.01)
    taken = {"left": 2}
    wait_for = office.store.rates.wait_for

    async def full(key: str, limit: int, window: float, who: str = "") -> float:
        taken["left"] -= 1
        return 3.0 if taken["left"] >= 0 else await wait_for(key, limit, window, who)

    office.store.rates.wait_for = full  # type: ignore[method-assign]
    found = await Accounts(office.desk, allowed).one("desk", MAIN)
    assert found
    assert found.agent == seed.DAY_DESK
    assert taken["left"] < 0


async def test_who_is_not_the_keeper_sends_nothing(office: Office) -> None:
    def refused() -> None:
        raise NotKeeperError

    with pytest.raises(NotKeeperError):
        await Accounts(office.desk, refused).all("desk", [MAIN])
    assert office.seen == []


async def test_a_connection_that_is_not_there(office: Office) -> None:
    with pytest.raises(Invalid):
        await Accounts(office.desk, allowed).one("desks", MAIN)
    assert isinstance(office.http, httpx.AsyncClient)
