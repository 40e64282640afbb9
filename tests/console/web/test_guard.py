from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from starlette.routing import Route

from console.web.app import build_app
from console.web.settings import ConsoleSettings
from store.client import Store
from store.sessions import Sessions
from tests.console.web.support import ORIGIN, PASSWORD, Browser, opened
from tests.tables import case

STRANGER = "http://evil.example"


def paths(method: str) -> list[str]:
    """Every route that takes a method, with something in each place."""
    routes = [route for route in build_app(ConsoleSettings(), "redis://127.0.0.1:1").routes if isinstance(route, Route)]
    return sorted({route.path.replace("{", "").replace("}", "") for route in routes if method in (route.methods or ())})


async def test_nothing_is_shown_without_a_login(store: Store, store_url: str) -> None:
    async with opened(store_url, console_password=PASSWORD) as browser:
        for path in [path for path in paths("GET") if path not in ("/login", "/livez", "/metrics")]:
            with case(path):
                response = await browser.look(path)
                assert (response.status_code, response.headers.get("location")) in ((303, "/login"), (401, None))
                assert "Hookswitch" not in response.text


@pytest.mark.parametrize("origin", [STRANGER, "null", None, "http://localhost:9999"])
async def test_no_change_comes_from_elsewhere(browser: Browser, origin: str | None) -> None:
    for path in paths("POST"):
        with case(path):
            assert (await browser.send(path, on="/system", origin=origin)).status_code == 403


@pytest.mark.parametrize("proof", ["", "wrong", "\ud800"], ids=ascii)
async def test_no_change_without_the_proof(browser: Browser, proof: str) -> None:
    content = f"proof={proof}".encode("utf-8", "surrogatepass")
    headers = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
    for path in paths("POST"):
        await browser.look("/system")
        with case(path):
            assert (await browser.client.post(path, content=content, headers=headers)).status_code == 403


async def test_a_browser_that_says_same_origin_needs_no_origin(browser: Browser) -> None:
    proof = await browser.proof("/system")
    headers = {"sec-fetch-site": "same-origin"}
    response = await browser.client.post("/logout", data={"proof": proof}, headers=headers)
    assert response.status_code == 200


async def test_a_form_may_not_be_huge(browser: Browser) -> None:
    assert (await browser.send("/logout", on="/system", more="x" * 300_000)).status_code == 413


async def test_another_sessions_proof_is_none(store: Store, store_url: str) -> None:
    async with opened(store_url) as one, opened(store_url) as other:
        stolen = await one.proof("/system")
        await other.look("/system")
        response = await other.client.post("/logout", data={"proof": stolen}, headers={"origin": ORIGIN})
    assert response.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8081", "localhost.evil.example", "[::1", ""])
async def test_a_name_that_is_not_ours_is_refused(browser: Browser, host: str) -> None:
    response = await browser.look("/system", headers={"host": host})
    assert response.status_code == 421


@pytest.mark.parametrize("host", ["localhost:8081", "127.0.0.1", "[::1]:8081"])
async def test_our_names_are_taken(browser: Browser, host: str) -> None:
    assert (await browser.look("/system", headers={"host": host})).status_code == 200


async def test_beyond_loopback_only_the_names_that_are_set(store: Store, store_url: str) -> None:
    settings = {"console_host": "0.0.0.0", "console_password": PASSWORD}
    async with opened(store_url, **settings) as browser:
        assert (await browser.look("/login", headers={"host": "desk.example"})).status_code == 200
    async with opened(store_url, **settings, console_names="desk.example") as browser:
        assert (await browser.look("/login", headers={"host": "desk.example"})).status_code == 200
        assert (await browser.look("/login", headers={"host": "other.example"})).status_code == 421


@pytest.mark.parametrize("path", ["/system", "/login", "/nothing", "/static/console.css"])
async def test_every_answer_tells_the_browser_to_load_nothing_from_elsewhere(browser: Browser, path: str) -> None:
    headers = (await browser.look(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == ("max-age=300" if path.startswith("/static") else "no-store")


async def test_the_cookie_is_kept_from_scripts_and_strangers(store: Store, store_url: str) -> None:
    async with opened(store_url) as browser:
        cookie = (await browser.look("/system")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    async with opened(store_url, console_https=True) as browser:
        cookie = (await browser.look("/system")).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie


async def test_a_login_proxy_says_who_it_is(store: Store, store_url: str) -> None:
    settings = {"console_proxy_header": "X-Forwarded-User", "console_proxy_from": "10.1.0.0/16"}
    async with opened(store_url, peer="10.1.2.3", **settings) as browser:
        assert "anna" in (await browser.look("/system", headers={"x-forwarded-user": "anna"})).text
        assert "anna" not in (await browser.look("/system", headers={"x-forwarded-user": "bob"})).text
        assert (await browser.look("/system")).status_code == 401
    async with opened(store_url, peer="10.2.2.3", **settings) as browser:
        response = await browser.look("/system", headers={"x-forwarded-user": "anna"})
    assert response.status_code == 401
    assert "HOOKSWITCH_CONSOLE_PROXY_FROM" in response.text


async def test_without_the_store_it_says_so(tmp_path: Path) -> None:
    async with opened(f"unix://{tmp_path}/nobody.sock") as browser:
        response = await browser.look("/system")
        css = await browser.look("/static/console.css")
    assert response.status_code == 503
    assert "The store is away" in response.text
    assert "hookswitch doctor" in response.text
    assert css.status_code == 200


async def test_the_page_that_is_not_there_is_escaped(browser: Browser) -> None:
    response = await browser.look("/<script>alert(1)</script>")
    assert response.status_code == 404
    assert "<script>" not in response.text


async def test_only_what_is_public_is_public(store: Store, store_url: str) -> None:
    async with opened(store_url, console_password=PASSWORD) as browser:
        response: httpx.Response = await browser.look("/static/../app.py")
    assert response.status_code != 200


async def test_a_store_that_goes_away_meanwhile_is_no_fault_of_ours(
    browser: Browser, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_: object, __: str) -> None:
        raise RedisConnectionError

    monkeypatch.setattr(Sessions, "heard", gone)
    response = await browser.look("/system")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.headers["cache-control"] == "no-store"
