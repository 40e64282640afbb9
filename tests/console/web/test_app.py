from __future__ import annotations

import pytest

from console.web.render import NAVIGATION
from tests.console.web.support import Browser


async def test_it_starts_with_events(browser: Browser) -> None:
    response = await browser.look("/")
    assert (response.status_code, response.headers["location"]) == (303, "/events")


@pytest.mark.parametrize("place", [place for place, _, _ in NAVIGATION])
async def test_every_place_in_the_menu_is_there(browser: Browser, place: str) -> None:
    response = await browser.look(f"/{place}")
    assert response.status_code == 200
    assert f'href="/{place}" data-key="g' in response.text


def test_every_key_leads_to_one_place() -> None:
    assert len({key for _, _, key in NAVIGATION}) == len(NAVIGATION)
