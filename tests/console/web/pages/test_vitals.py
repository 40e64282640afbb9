from __future__ import annotations

import pytest
from starlette.requests import ClientDisconnect

from console.web import live as news
from console.web.live import Crowded, Live
from console.web.pages.vitals import COME_BACK, _News
from store.client import Store
from tests.console.web.support import PASSWORD, Browser, opened

TOKEN = "a-token"


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_it_says_that_it_lives(browser: Browser) -> None:
    assert (await browser.look("/livez")).json() == {"live": True}


async def test_one_page_too_many_is_told_when_to_come_back(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "MOST_WATCHERS", 0)
    response = await browser.look("/live")
    assert (response.status_code, response.headers["retry-after"]) == (503, str(COME_BACK))


async def test_a_place_is_given_back_although_nothing_could_be_sent(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MOST_WATCHERS", 1)
    live = Live(store.redis)
    response = _News(live)
    with pytest.raises(Crowded):
        _News(live)

    async def broken(*_: object) -> None:
        raise OSError

    with pytest.raises(ClientDisconnect):
        await response({"type": "http", "asgi": {"spec_version": "2.4"}}, broken, broken)  # type: ignore[arg-type]
    assert live.watching == 0


async def test_without_a_token_there_are_no_metrics(browser: Browser) -> None:
    assert (await browser.look("/metrics", headers=bearer(""))).status_code == 404


async def test_metrics_are_for_who_shows_the_token(store: Store, store_url: str) -> None:
    settings = {"console_password": PASSWORD, "console_names": "desk.example", "metrics_token": TOKEN}
    async with opened(store_url, **settings) as browser:
        assert (await browser.look("/metrics")).status_code == 401
        assert (await browser.look("/metrics", headers=bearer("wrong"))).status_code == 401
        await browser.log_in("wrong")
        await browser.log_in()
        await browser.look("/events/evt_secret")
        elsewhere = bearer(TOKEN) | {"host": "10.0.0.7:8081"}
        response = await browser.look("/metrics", headers=elsewhere)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    told = response.text
    assert 'hookswitch_build_info{process="console"' in told
    assert 'hookswitch_console_requests_total{page="events",status="404"} 1.0' in told
    assert 'hookswitch_console_requests_total{page="login",status="401"} 1.0' in told
    assert 'hookswitch_console_logins_refused_total{reason="password"} 1.0' in told
    assert "hookswitch_console_streams 0.0" in told
    assert "evt_secret" not in told


async def test_a_proxy_that_names_nobody_counts(store: Store, store_url: str) -> None:
    settings = {"console_proxy_header": "x-user", "metrics_token": TOKEN}
    async with opened(store_url, **settings) as browser:
        await browser.look("/events")
        told = (await browser.look("/metrics", headers=bearer(TOKEN))).text
    assert 'hookswitch_console_logins_refused_total{reason="proxy"} 1.0' in told
