"""The web console in a real browser: seen, live, by keyboard, without JavaScript, and by who cannot see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.async_api import Browser, Dialog, Page, ViewportSize

from console.process.door import listen
from console.process.farewell import QuietServer
from console.web.app import build_app
from console.web.settings import ConsoleSettings
from store.client import open_store
from tests.browser import launched
from tests.console.support import CALLER
from tests.console.web.pages.support import House, asked, called, house
from tests.console.web.pages.test_dead import bury, group_in
from tests.console.web.pages.test_numbers import ROW, kept
from tests.console.web.pages.test_pointing import answered

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="module")]

WRONG = "description: x\non: assistant-request\nif: call.form == 1\nanswer: { x: 1 }\n"
WORST = ("serious", "critical")
DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=800)
OF_COLOURS = ("color-contrast", "link-in-text-block")
OF_ROOM = ("scrollable-region-focusable", "target-size")
"""Rules of axe whose verdict is another one in another theme, and in a narrower window."""


@dataclass
class Stand:
    """A console that a browser reaches, with something to see on every page."""

    house: House
    url: str
    browser: Browser
    group: str
    number: str
    """The page of a number that somebody else has pointed elsewhere."""

    @asynccontextmanager
    async def page(self, **options: Any) -> AsyncIterator[Page]:
        """A fresh browser window; what the browser complains of is a failure."""
        context = await self.browser.new_context(base_url=self.url, **options)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        await context.close()
        assert complaints == []

    @property
    def paths(self) -> list[str]:
        """Every page."""
        return [
            "/events", "/events?kind=nothing", "/events/evt_1", "/events/evt_2", "/events/evt_2/rehearsal",
            "/events/evt_2/test?rule=others", "/calls", "/calls/evt_1", "/rules", "/rules/others", "/rules/wrong",
            "/try?event=evt_2", "/dead", f"/dead/{self.group}", "/connections", "/connections/desk", "/numbers",
            self.number, "/system", "/system/examined", "/audit", "/nothing",
        ]  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all stories: each has windows of its own, which know nothing of each other."""
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def stand(browser: Browser, store_url: str, tmp_path: Path) -> AsyncIterator[Stand]:
    store = open_store(store_url, timeout=30.0)
    await store.redis.flushall()
    async with house(store, store_url, tmp_path) as built, served(built, store_url) as url:
        await built.handled(called())
        await built.handled(asked(id="evt_2"), b'{"message": {"type": "tool-calls"}}')
        await bury(built, 5)
        (built.rules / "wrong.yaml").write_text(WRONG)
        await built.store.pauses.begin("rule:night", "anna", "too eager")
        number = await kept(built)
        yield Stand(built, url, browser, group_in(await built.see("/dead")), number)
    await store.close()


@asynccontextmanager
async def served(built: House, store_url: str) -> AsyncIterator[str]:
    """The console on a port of its own."""
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        places: dict[str, Any] = {
            "rules_dir": built.rules, "connections": built.folder / "connections.yaml",
            "data_dir": built.folder / "data", "console_port": port,
        }  # fmt: skip
        app = build_app(ConsoleSettings(**places), store_url)
        server = QuietServer(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server._serve([listening]))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await serving


async def test_nobody_is_shut_out(stand: Stand) -> None:
    """Every page with all of axe's rules; then what colours decide in the dark, and what room decides on a phone."""
    found: dict[str, list[str]] = {}
    async with stand.page(color_scheme="light", viewport=DESK) as page:
        for path in stand.paths[:-1]:
            await page.goto(path)
            await page.evaluate(AXE_SCRIPT)
            found[path] = [*await barred(page), *await _wide(page)]
            await page.emulate_media(color_scheme="dark")
            found[f"{path} in the dark"] = await barred(page, OF_COLOURS)
            await page.emulate_media(color_scheme="light")
            await page.set_viewport_size(PHONE)
            found[f"{path} on a phone"] = [*await barred(page, OF_ROOM), *await _wide(page)]
            await page.set_viewport_size(DESK)
    assert {where: what for where, what in found.items() if what} == {}


async def test_a_new_event_appears_by_itself(stand: Stand) -> None:
    async with stand.page() as page:
        await page.goto("/events")
        assert await page.locator("tbody tr").count() == 3
        await page.wait_for_function("document.getElementById('live-toggle').getAttribute('aria-pressed') === 'true'")
        await stand.house.handled(asked(id="evt_9"))
        await page.locator("a[href='/events/evt_9']").wait_for()


async def test_who_turned_live_off_is_left_in_peace(stand: Stand) -> None:
    async with stand.page() as page:
        await page.goto("/events")
        await page.locator("#live-toggle").click()
        assert await page.locator("#live-toggle").get_attribute("aria-pressed") == "false"
        await page.goto("/calls")
        assert await page.locator("#live-toggle").get_attribute("aria-pressed") == "false"


async def test_the_keyboard_leads_everywhere(stand: Stand) -> None:
    async with stand.page() as page:
        await page.goto("/events")
        await page.keyboard.press("Tab")
        assert await page.locator(":focus").inner_text() == "Skip to the content"
        await page.keyboard.press("j")
        first = await page.locator(":focus").get_attribute("href")
        await page.keyboard.press("j")
        second = await page.locator(":focus").get_attribute("href")
        assert first != second
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{second}")
        for key, place in (("c", "calls"), ("r", "rules"), ("d", "dead"), ("n", "connections"), ("m", "numbers"),
                           ("s", "system"), ("a", "audit"), ("e", "events")):  # fmt: skip
            await page.keyboard.press("g")
            await page.keyboard.press(key)
            await page.wait_for_url(f"**/{place}")
        await page.keyboard.press("/")
        await page.keyboard.type("gr?")
        assert await page.locator(":focus").input_value() == "gr?"
        await page.locator("h1").click()
        await page.keyboard.press("?")
        assert await page.locator("#keys").is_visible()
        await page.keyboard.press("Escape")
        assert not await page.locator("#keys").is_visible()


async def test_without_javascript_everything_is_there(stand: Stand) -> None:
    for path in stand.paths[:-1]:
        assert (await stand.house.see(path)).count("<h1") == 1
    async with stand.page(java_script_enabled=False) as page:
        await page.goto("/events/evt_2")
        assert CALLER not in await page.content()
        await page.get_by_role("button", name="Show the numbers").click()
        assert CALLER in await page.content()
        await page.get_by_role("link", name="Replay dry").click()
        assert "Who are you?" in await page.content()
        await page.goto("/rules/others")
        await page.get_by_label("Why it is paused").fill("for a while")
        await page.get_by_role("button", name="Pause").click()
        assert "for a while" in await page.content()
        await page.get_by_role("button", name="Resume").click()
        await page.goto("/try?event=evt_2")
        await page.get_by_label("Expression").fill('tool.name == "find"')
        await page.get_by_role("button", name="Try").click()
        assert await page.get_by_label("The value").inner_text() == "true"


async def test_what_cannot_be_undone_asks_first(stand: Stand) -> None:
    async with stand.page() as page:
        asked_for: list[str] = []

        async def refuse(dialog: Dialog) -> None:
            asked_for.append(dialog.message)
            await dialog.dismiss()

        page.once("dialog", refuse)
        await page.goto(f"/dead/{stand.group}")
        await page.get_by_role("button", name="Drop 1").click()
        assert "for good" in asked_for[0]
        assert await stand.house.store.dead.count() == 1
        page.once("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="Drop 1").click()
        await page.get_by_role("status").get_by_text("1 dead letter is dropped").wait_for()
        assert await stand.house.store.dead.count() == 0


async def test_a_page_that_waits_for_a_worker_follows_it(stand: Stand) -> None:
    async with stand.page(viewport=PHONE) as page:
        await page.goto("/numbers")
        await page.get_by_role("button", name="Apply the plan").click()
        await page.get_by_text("A worker takes it up").wait_for()
        await answered(stand.house, ROW)
        await page.get_by_role("button", name="Point 1 number elsewhere").wait_for()
        await page.evaluate(AXE_SCRIPT)
        assert await barred(page) == []
        await page.get_by_role("button", name="Point 1 number elsewhere").click()
        await page.get_by_text("A worker takes it up").wait_for()
        await answered(stand.house, ROW | {"state": "same", "done": True})
        await page.get_by_text("Done: 1 number.").wait_for()


async def test_the_theme_is_remembered(stand: Stand) -> None:
    async with stand.page(color_scheme="light") as page:
        await page.goto("/system")
        for _ in range(2):
            await page.locator("#theme-toggle").click()
        await page.goto("/rules")
        assert await page.evaluate("document.documentElement.dataset.theme") == "dark"


async def barred(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What keeps people out, by all rules of axe or by some, on a page that has its script."""
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found: list[dict[str, Any]] = await page.evaluate(
        "options => axe.run(options).then(results => results.violations)", {"resultTypes": ["violations"], **only}
    )
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in WORST]


async def _wide(page: Page) -> list[str]:
    """What sticks out of the window, where one can be moved sideways."""
    told: list[str] = await page.evaluate(
        """document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
        ["too wide", ...[...document.querySelectorAll("main *, header *")].filter(each =>
        each.getBoundingClientRect().right > document.documentElement.clientWidth + 1 &&
        !each.parentElement.closest("pre, .scroll")).map(each => each.outerHTML.slice(0, 120))]"""
    )
    return told
