from __future__ import annotations

import pytest
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from console.web.app import build_app
from console.web.live import Live
from console.web.metrics import PAGES, REFUSALS, ConsoleMetrics, Counting
from console.web.settings import ConsoleSettings
from store.client import Store


def test_every_page_counts_under_its_name() -> None:
    routes = build_app(ConsoleSettings(), "redis://127.0.0.1:1").routes
    paths = [route.path for route in routes if isinstance(route, Route | Mount)]
    assert {path.split("/")[1] for path in paths} - {""} == PAGES


@pytest.mark.parametrize(
    ("path", "page"),
    [("/", "start"), ("/events/evt_1/test", "events"), ("/wp-login.php", "other"), ("", "other"), ("//x", "other")],
)
def test_what_a_stranger_makes_up_is_no_label(path: str, page: str) -> None:
    metrics = ConsoleMetrics()
    metrics.asked(path, 404)
    assert metrics.requests.values == {(page, "404"): 1}


def test_who_is_not_let_in_shows_from_the_start() -> None:
    assert ConsoleMetrics().refused.values == {(reason,): 0 for reason in REFUSALS}


async def test_open_pages_are_counted_when_somebody_asks(store: Store) -> None:
    metrics, live = ConsoleMetrics(), Live(store.redis)
    live.join()
    metrics.look(live)
    assert metrics.watching.values == {(): 1}


async def _nothing(*_: object) -> Message:
    return {"type": "http.disconnect"}


@pytest.mark.parametrize(("begun", "status"), [(True, "200"), (False, "500")])
async def test_a_request_that_breaks_counts_once(begun: bool, status: str) -> None:
    async def app(_: Scope, __: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError

    metrics = ConsoleMetrics()
    with pytest.raises(KeyError):
        await Counting(app, metrics)({"type": "http", "path": "/events"}, _nothing, _nothing)  # type: ignore[arg-type]
    assert metrics.requests.values == {("events", status): 1}
