"""Rules that call Fluents back, from the event to the platform's own server on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.sandbox.platforms.fluents.seed import FLUENTS_PAST_CALL, FLUENTS_PROMPT
from store.client import Store
from store.connections import Api, Connection
from store.event import Call, Event
from tests.console.sandbox.process import Running, sandbox_process
from tests.store.builders import an_event
from tests.workers.support import Shop
from tests.workers.test_money import Outside
from workers import tries

KEY = {"Authorization": "Bearer fluents_sandbox"}
LISTED = {"type": "user", "page": "1", "size": "10", "sort_column": "id", "sort_desc": "false", "filters": ""}
ASKED = """
on: status-update
steps:
  - id: said
    action: fluents.call.transcript
    connection: desk
  - id: s
    action: fluents.dnc.add
    connection: desk
    if: steps.said.caller.contains("order")
    with: { number: "+31612340001", reason: "${{ steps.said.caller }}" }
"""
STEP = """
on: status-update
steps:
  - {{ id: s, action: {action}, connection: desk, with: {params}, retry: {{ tries: 3, first: 1s }} }}
"""


@pytest.fixture(scope="module")
def platform() -> Iterator[Running]:
    with sandbox_process() as started:
        yield started


@pytest.fixture
def http(platform: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=platform.url, trust_env=False, headers=KEY) as client:
        client.post("/sandbox/reset").raise_for_status()
        yield client


@pytest.fixture
async def shop(
    store: Store, tmp_path: Path, platform: Running, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Shop]:
    monkeypatch.setattr(tries, "VERIFY_SETTLES", -60.0)
    api = Api(base_url=f"{platform.url}/fluents", key="fluents_sandbox")
    outside: Any = Outside()
    yield Shop(store, tmp_path, outside, {"desk": Connection(name="desk", provider="fluents", api=api)})
    await outside.http.aclose()


async def told(shop: Shop, rule: str) -> Event:
    shop.rule("spend", rule)
    event = await shop.post(an_event(call=Call(id=FLUENTS_PAST_CALL)))
    for _ in range(8):
        await shop.work()
        await shop.hurry()
    return event


def asked(http: httpx.Client, path: str) -> int:
    return len(http.get("/sandbox/requests", params={"path": f"/fluents/v1/{path}"}).json())


def shown(http: httpx.Client, path: str, **query: str) -> httpx.Response:
    return http.get(f"/fluents/v1/{path}", params=query)


def fault(http: httpx.Client, path: str, kind: str) -> None:
    http.post("/sandbox/faults", json={"route": f"POST /fluents/v1/{path}", "kind": kind}).raise_for_status()


async def test_whoever_asks_is_put_on_the_list(shop: Shop, http: httpx.Client) -> None:
    event = await told(shop, ASKED)
    assert await shop.status(event) == "done"
    listed = shown(http, "dnc_numbers/list", **LISTED).json()["items"]
    assert (listed[-1]["phoneNumber"], listed[-1]["reason"]) == ("+31612340001", "Where is my order?")


@pytest.mark.parametrize("kind", ["reset_after", "reset_before", "server_error"])
async def test_a_number_is_taken_out_once(shop: Shop, http: httpx.Client, kind: str) -> None:
    fault(http, "numbers/detach", kind)
    event = await told(shop, STEP.format(action="fluents.number.detach", params='{ number: "+31850000002" }'))
    assert await shop.status(event) == "done"
    assert asked(http, "numbers/detach") == (1 if kind == "reset_after" else 2)
    assert shown(http, "numbers", phone_number="+31850000002").status_code == 404


async def test_something_new_whose_answer_is_lost_is_left_to_a_person(shop: Shop, http: httpx.Client) -> None:
    fault(http, "prompts/create", "reset_after")
    await told(shop, STEP.format(action="fluents.prompt.create", params="{ content: Be brief. }"))
    assert asked(http, "prompts/create") == 1
    assert len(await shop.letters()) == 1


async def test_nothing_that_was_shown_is_sent_back_by_a_rule(shop: Shop, http: httpx.Client) -> None:
    rule = (
        STEP.format(action="fluents.prompt.get", params=f"{{ prompt: {FLUENTS_PROMPT} }}")
        + """  - id: back
    action: fluents.prompt.update
    connection: desk
    with: { prompt: "${{ steps.s.id }}", set: "${{ steps.s.raw }}" }
"""
    )
    event = await told(shop, rule)
    assert "as Fluents showed it" in (await shop.steps(event, "spend"))["back"]["error"]
    assert asked(http, "prompts/update") == 0
