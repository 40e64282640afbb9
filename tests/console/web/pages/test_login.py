from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from console.web.pages.login import MOST_STRIKES
from store.client import Store
from tests.console.web.support import PASSWORD, Browser, opened


@pytest.fixture
async def outside(store: Store, store_url: str) -> AsyncIterator[Browser]:
    async with opened(store_url, console_password=PASSWORD) as browser:
        yield browser


async def test_the_password_lets_in(outside: Browser, store: Store) -> None:
    response = await outside.log_in()
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert "anna" in (await outside.look("/system")).text
    assert [(deed.by, deed.did) for deed in await store.audit.newest(9)] == [("anna", "log in")]


@pytest.mark.parametrize(
    ("password", "name"), [("wrong", "anna"), ("", "anna"), (PASSWORD, "  "), (f"{PASSWORD} ", "a")]
)
async def test_nothing_else_does(outside: Browser, store: Store, password: str, name: str) -> None:
    assert (await outside.log_in(password, name)).status_code == 401
    assert (await outside.look("/system")).status_code == 303
    assert (await store.audit.newest(1))[0].told["failed"] is True


async def test_the_session_changes_with_the_login(outside: Browser) -> None:
    await outside.look("/login")
    before = dict(outside.client.cookies)
    await outside.log_in()
    assert dict(outside.client.cookies) != before


async def test_guessing_is_slowed_down(outside: Browser) -> None:
    for _ in range(MOST_STRIKES):
        await outside.log_in("guess")
    assert (await outside.log_in()).status_code == 429


async def test_after_logging_out_a_copy_of_the_cookie_opens_nothing(outside: Browser) -> None:
    await outside.log_in()
    copy = httpx.Cookies(outside.client.cookies)
    assert (await outside.send("/logout", on="/system")).headers["location"] == "/login"
    outside.client.cookies = copy
    assert (await outside.look("/system")).status_code == 303


async def test_a_new_password_ends_the_old_logins(outside: Browser, store_url: str) -> None:
    await outside.log_in()
    async with opened(store_url, console_password="another one") as later:
        later.client.cookies = outside.client.cookies
        assert (await later.look("/system")).status_code == 303


async def test_who_is_in_needs_no_form(outside: Browser) -> None:
    await outside.log_in()
    assert (await outside.look("/login")).headers["location"] == "/"


async def test_a_name_is_text(outside: Browser) -> None:
    await outside.log_in(name="<b>anna</b>")
    text = (await outside.look("/system")).text
    assert "<b>anna" not in text
    assert "&lt;b&gt;anna" in text
