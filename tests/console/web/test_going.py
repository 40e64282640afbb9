from __future__ import annotations

from console.web.going import to
from store.client import Store
from store.sessions import Said
from tests.console.web.test_desk import a_request


async def test_a_browser_is_sent_to_a_page_that_tells_what_was_done(store: Store) -> None:
    request = a_request(store)
    response = await to(request, "/events/evt_1", "+31612345678 is left alone", bad=True)
    assert (response.status_code, response.headers["location"]) == (303, "/events/evt_1")
    assert await store.sessions.heard("t") == Said("+31612345678 is left alone", bad=True)
    await to(request, "/dead")
    assert await store.sessions.heard("t") is None
