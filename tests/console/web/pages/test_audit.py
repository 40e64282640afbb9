from __future__ import annotations

from console.web.pages.audit import ROWS
from store.audit import Deed
from store.client import Store
from tests.console.web.support import Browser


async def test_deeds_are_listed_newest_first(browser: Browser, store: Store) -> None:
    await store.audit.note(Deed("anna", "pause rule:night", {"why": "<script>too eager</script>"}))
    await store.audit.note(Deed("bob", "resume rule:night"))
    text = (await browser.look("/audit")).text
    assert text.index("resume rule:night") < text.index("pause rule:night")
    assert "<script>too" not in text


async def test_older_deeds_are_a_page_further(browser: Browser, store: Store) -> None:
    for number in range(ROWS + 1):
        await store.audit.note(Deed("anna", f"deed {number}."))
    first = (await browser.look("/audit")).text
    assert "deed 0." not in first
    older = first.split("/audit?before=")[1].split('"')[0]
    second = (await browser.look(f"/audit?before={older}")).text
    assert "deed 0." in second
    assert "deed 1." not in second


async def test_nonsense_is_the_first_page(browser: Browser) -> None:
    assert (await browser.look("/audit?before=%00'")).status_code == 200
