from __future__ import annotations

from store.client import Store
from store.roster import Note
from tests.console.web.pages.support import House
from tests.console.web.support import Browser


async def test_no_worker_is_said_loudly(browser: Browser) -> None:
    assert "No worker is alive" in (await browser.look("/system")).text


async def test_workers_and_the_files_they_refuse(browser: Browser, store: Store) -> None:
    await store.roster.write("desk:1:a", Note(frozenset({"night"}), {"broken": "broken.yaml:1:1: <no>"}))
    text = (await browser.look("/system")).text
    assert "desk:1:a" in text
    assert "&lt;no&gt;" in text


async def test_what_the_server_does_not_keep_is_said(browser: Browser) -> None:
    assert "appendfsync" in (await browser.look("/system")).text


async def test_a_pause_is_said(browser: Browser, store: Store) -> None:
    await store.pauses.begin("rule:night", "bob", "too eager")
    text = (await browser.look("/system")).text
    assert '<a href="/rules/night">Rule night</a> is paused' in text
    assert "too eager" in text


async def test_what_doctor_finds_without_secrets(desk: House) -> None:
    text = await desk.see("/system/examined")
    assert "version" in text
    assert "3 in force from" in text
    assert "none: callers hear the fallback" in text
