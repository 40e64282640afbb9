"""What costs money, against a real platform on a real socket: what was lost is found, and nothing is done twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.sandbox import seed
from console.sandbox.platforms.fluents.seed import FLUENTS_CARRIER
from store.ceilings import ceiling
from store.client import Store
from store.connections import Api, Connection
from store.event import Event
from tests.console.sandbox.process import Running, sandbox_process
from tests.store.builders import an_event
from tests.workers.support import Shop
from workers import tries

BUY = """
on: status-update
steps:
  - id: s
    action: number.buy
    connection: {connection}
    with: {{ number: "{number}" }}
    retry: {{ tries: 3, first: 1s }}
"""
CALL = """
on: status-update
steps:
  - id: s
    action: call.start
    connection: {connection}
    with: {{ agent: "{agent}", to: "+31612340077"{more} }}
    retry: {{ tries: 3, first: 1s }}
"""
LAST = "${{ steps.s.id }}"
RELEASE = """
on: status-update
steps:
  - id: s
    action: number.release
    connection: {connection}
    with: {{ number: "{number}" }}
    retry: {{ tries: 3, first: 1s }}
"""


@dataclass(frozen=True)
class Order:
    """One thing that costs money, and where the platform's server sees it."""

    rule: str
    route: str

    @property
    def path(self) -> str:
        return self.route.split(" ")[1]


def buy(connection: str, number: str, route: str) -> Order:
    return Order(BUY.format(connection=connection, number=number), route)


def call(connection: str, agent: str, route: str, more: str = "") -> Order:
    return Order(CALL.format(connection=connection, agent=agent, more=more), route)


ORDERS = {
    "flireo g1 number": buy("old", "+31851000007", "POST /flireo/v1/phone-numbers"),
    "fluents number": buy("fluents", "+31852000007", "POST /fluents/v1/numbers/buy"),
    "flireo call": call("desk", seed.DAY_DESK, "POST /flireo/api/v1/calls/outbound", ', from: "+31850000001"'),
    "fluents call": call("fluents", "agent-7f", "POST /fluents/v1/calls/create", ', from: "+31850000001"'),
    "opencx call": call("opencx", "agent_1", "POST /opencx/phone/outbound-call"),
}


@pytest.fixture(scope="module")
def platform() -> Iterator[Running]:
    """The simulated platforms as a process of their own. Their webhook leads nowhere."""
    with sandbox_process({"HOOKSWITCH_SANDBOX_G3_URL": "http://127.0.0.1:9/hooks/none"}) as started:
        yield started


@pytest.fixture
def http(platform: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=platform.url, trust_env=False) as client:
        client.post("/sandbox/reset").raise_for_status()
        yield client


class Outside:
    """The open internet, as far as these tests go."""

    def __init__(self) -> None:
        self.http = httpx.AsyncClient(trust_env=False)

    def client(self) -> httpx.AsyncClient:
        return self.http


def connection(name: str, provider: str, base_url: str, key: str, **more: Any) -> Connection:
    defaults = more.pop("defaults", {})
    return Connection(name=name, provider=provider, api=Api(base_url=base_url, key=key, defaults=defaults), **more)


@pytest.fixture
async def shop(
    store: Store, tmp_path: Path, platform: Running, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Shop]:
    """A worker, and connections to every platform."""
    monkeypatch.setattr(tries, "VERIFY_SETTLES", -60.0)
    url, carrier = platform.url, {"telephony_provider": "twilio", "telephony_account_connection": FLUENTS_CARRIER}
    connections = [
        connection("desk", "flireo", f"{url}/flireo/api/v1", "fl_live_sandbox", generation="g3"),
        connection("old", "flireo", f"{url}/flireo", "fl_live_sandbox_g1", generation="g1"),
        connection("fluents", "fluents", f"{url}/fluents", "fluents_sandbox", defaults=carrier),
        connection("opencx", "opencx", f"{url}/opencx", "ocx_live_sandbox"),
    ]
    outside: Any = Outside()
    yield Shop(store, tmp_path, outside, {each.name: each for each in connections})
    await outside.http.aclose()


async def told(shop: Shop, rule: str) -> Event:
    """The rule acts on an event, and everything that waits for its time comes to it."""
    shop.rule("spend", rule)
    event = await shop.post(an_event())
    for _ in range(8):
        await shop.work()
        await shop.hurry()
    return event


def asked(http: httpx.Client, order: Order) -> list[int]:
    """The statuses of the requests that would have cost money."""
    seen = http.get("/sandbox/requests", params={"path": order.path}).json()
    return [each["status"] for each in seen if each["method"] == "POST" and each["path"] == order.path]


def fault(http: httpx.Client, order: Order, kind: str, **more: Any) -> None:
    http.post("/sandbox/faults", json={"route": order.route, "kind": kind} | more).raise_for_status()


async def step(shop: Shop, event: Event, key: str = "s") -> dict[str, Any]:
    record: dict[str, Any] = (await shop.steps(event, "spend"))[key]
    return record


@pytest.mark.parametrize("name", ORDERS)
async def test_it_is_done(shop: Shop, http: httpx.Client, name: str) -> None:
    event = await told(shop, ORDERS[name].rule)
    assert await shop.status(event) == "done", await step(shop, event)
    assert len(asked(http, ORDERS[name])) == 1


@pytest.mark.parametrize("name", ORDERS)
async def test_an_answer_that_was_lost_is_looked_for_and_nothing_is_done_twice(
    shop: Shop, http: httpx.Client, name: str
) -> None:
    fault(http, ORDERS[name], "reset_after")
    event = await told(shop, ORDERS[name].rule)
    record = await step(shop, event)
    assert await shop.status(event) == "done", record
    assert asked(http, ORDERS[name]) == [0]
    assert len(record["attempts"]) == 1
    output = record["output"]
    assert output["number"] if "number" in name else output["id"]


@pytest.mark.parametrize("kind", ["reset_before", "server_error"])
@pytest.mark.parametrize("name", [name for name in ORDERS if name != "opencx call"])
async def test_what_certainly_did_not_happen_is_done_once_more(
    shop: Shop, http: httpx.Client, name: str, kind: str
) -> None:
    fault(http, ORDERS[name], kind)
    event = await told(shop, ORDERS[name].rule)
    record = await step(shop, event)
    assert await shop.status(event) == "done", record
    assert len(asked(http, ORDERS[name])) == len(record["attempts"]) == 2


@pytest.mark.parametrize("kind", ["reset_before", "server_error"])
async def test_where_nobody_can_tell_it_is_left_to_a_person(shop: Shop, http: httpx.Client, kind: str) -> None:
    order = ORDERS["opencx call"]
    fault(http, order, kind)
    event = await told(shop, order.rule)
    assert await shop.status(event) == "dead"
    assert len(asked(http, order)) == 1
    (letter,) = await shop.letters()
    assert letter.reason.startswith("in doubt")


@pytest.mark.parametrize("name", ORDERS)
async def test_too_many_requests_is_no_doubt(shop: Shop, http: httpx.Client, name: str) -> None:
    fault(http, ORDERS[name], "too_many_requests", retry_after=7)
    shop.rule("spend", ORDERS[name].rule)
    event = await shop.post(an_event())
    await shop.work()
    record = await step(shop, event)
    assert (record["state"], "doubt" in record) == ("waiting", False)
    (due,) = [score for _, score in await shop.store.redis.zrange("hs:queue:background", 0, -1, withscores=True)]
    seconds, _ = await shop.store.redis.time()
    assert due / 1000 - seconds >= 5
    await shop.hurry()
    await shop.work()
    assert await shop.status(event) == "done"
    assert asked(http, ORDERS[name])[-1] in (200, 201)


@pytest.mark.parametrize(
    ("name", "number", "route", "kind"),
    [
        ("desk", "+31850000002", "DELETE /flireo/api/v1/numbers/*", "reset_after"),
        ("desk", "+31850000002", "DELETE /flireo/api/v1/numbers/*", "reset_before"),
        ("fluents", "+31850000002", "POST /fluents/v1/numbers/cancel", "reset_after"),
        ("fluents", "+31850000002", "POST /fluents/v1/numbers/cancel", "server_error"),
    ],
)
async def test_a_number_is_given_back_once(
    shop: Shop, http: httpx.Client, name: str, number: str, route: str, kind: str
) -> None:
    fault(http, Order("", route), kind)
    event = await told(shop, RELEASE.format(connection=name, number=number))
    record = await step(shop, event)
    assert await shop.status(event) == "done", record
    assert len(record["attempts"]) == (1 if kind == "reset_after" else 2)


@pytest.mark.parametrize(
    ("name", "stock", "route"),
    [
        ("old", "+3185100", "POST /flireo/v1/phone-numbers"),
        ("fluents", "+3185200", "POST /fluents/v1/numbers/buy"),
    ],
)
async def test_a_list_of_numbers_is_bought_up_to_the_ceiling(
    shop: Shop, http: httpx.Client, name: str, stock: str, route: str
) -> None:
    numbers = ", ".join(f'"{stock}{place:04d}"' for place in range(9))
    rule = BUY.format(connection=name, number="${{ item }}").replace("action:", f"for_each: [{numbers}]\n    action:")
    event = await told(shop, rule)
    assert await shop.status(event) == "dead"
    assert len(asked(http, Order("", route))) == 5
    assert "5 per 1d" in (await step(shop, event, "s#5"))["error"]
    assert await shop.store.spending.used(name, "numbers-bought", ceiling("5 per 1d")) == 5


async def test_an_order_that_is_refused_costs_no_place(shop: Shop, http: httpx.Client) -> None:
    order = buy("old", "+31999999999", "POST /flireo/v1/phone-numbers")
    event = await told(shop, order.rule)
    assert await shop.status(event) == "dead"
    assert asked(http, order) == [404]
    assert await shop.store.spending.used("old", "numbers-bought", ceiling("5 per 1d")) == 0


async def test_a_call_that_was_started_can_be_looked_at(shop: Shop) -> None:
    for name, agent, more in (("fluents", "agent-7f", ', from: "+31850000001"'), ("desk", seed.DAY_DESK, "")):
        rule = CALL.format(connection=name, agent=agent, more=more)
        look = f"  - {{ id: seen, action: call.get, connection: {name}, with: {{ call: '{LAST}' }} }}\n"
        event = await told(shop, rule + look)
        assert (await step(shop, event, "seen"))["output"]["to"] == "+31612340077"
