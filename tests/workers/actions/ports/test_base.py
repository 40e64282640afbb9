from __future__ import annotations

import httpx
import pytest

from store.connections import Connection
from tests.workers.clients.support import KEY, Platform, connection, context
from workers.actions.base import ActionContext
from workers.actions.neutral import Number, NumberList
from workers.actions.ports.base import NumbersByAgent, Port, confirmed, e164, found, is_number, raw
from workers.actions.ports.opencx import OpenCxPort
from workers.clients.errors import Conflict, InDoubtError, Invalid, NotFound, Unsupported
from workers.clients.fluents.models import AccountConnection, Agent


class Nobody(Port):
    platform = "Nobody"


async def test_whatever_a_port_leaves_out_is_unsupported() -> None:
    port = Nobody(context(httpx.AsyncClient(), generation="g1"))
    for attempt in (
        port.number_list(),
        port.number_get("x"),
        port.number_search({}),
        port.number_link("x", "y"),
        port.number_unlink("x", ""),
        port.number_update("x", {}),
        port.agent_list(),
        port.agent_get("x"),
        port.agent_update("x", {}),
        port.call_inject("x", "y", False),
        port.call_say("x", "y", False),
        port.call_end("x", ""),
        port.call_transfer("x", "y", ""),
    ):
        with pytest.raises(Unsupported, match=r"Nobody \(g1\) cannot"):
            await attempt


def test_a_platform_without_default_address_needs_one() -> None:
    own = context(httpx.AsyncClient(), to=connection(base_url=""))
    with pytest.raises(Invalid, match=r"connection front_desk has no api\.base_url"):
        Nobody(own).session()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (Connection(name="desk", provider="flireo"), "has no `api:`"),
        (Connection(name="desk", provider="flireo", missing=("DESK_KEY",)), "is off: DESK_KEY not set"),
    ],
)
def test_a_connection_that_cannot_be_used_says_why(given: Connection, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        Nobody(context(httpx.AsyncClient(), to=given))


def test_a_step_without_connection_says_so() -> None:
    own = context(httpx.AsyncClient())
    own.connection = None
    with pytest.raises(Invalid, match="no connection"):
        Nobody(own)


async def test_a_connections_own_client_is_preferred() -> None:
    platform = Platform({"GET /phone": []})
    own = context(httpx.AsyncClient(), "opencx")
    own.api_http = platform.client()
    await OpenCxPort(own).agent_list()
    assert platform.said() == ["GET /phone"]


async def test_where_the_key_goes_can_be_changed() -> None:
    platform = Platform({"GET /phone": []})
    to = connection("opencx", defaults={"auth_header": "X-API-Key", "auth_prefix": ""})
    await OpenCxPort(context(platform.client(), to=to)).agent_list()
    assert platform.seen[0].headers["x-api-key"] == KEY
    assert "authorization" not in platform.seen[0].headers


@pytest.mark.parametrize(
    ("written", "number"),
    [("+31 85 000-00.01", "+31850000001"), ("+31 (0)85", "+31085"), (" id-1 ", "id-1"), ("0d3f-9f", "0d3f-9f")],
)
def test_numbers_are_compared_without_punctuation(written: str, number: str) -> None:
    assert e164(written) == number
    assert is_number(written) == number.startswith("+")


def test_a_number_is_found_by_either_name() -> None:
    numbers = [Number(id="n1", number="+31 850000001"), Number(id="n2", number="+31850000002")]
    assert found(numbers, "+31 85 0000001", True).id == "n1"
    assert found(numbers, "n2", True).id == "n2"


@pytest.mark.parametrize(("complete", "says"), [(True, "no such number$"), (False, "there are more")])
def test_a_number_that_is_not_there_is_not_named_in_the_error(complete: bool, says: str) -> None:
    with pytest.raises(NotFound, match=says) as caught:
        found([], "+31850000001", complete)
    assert "0001" not in str(caught.value)


def test_a_success_that_changed_nothing_is_a_conflict() -> None:
    confirmed("a", "a")
    with pytest.raises(Conflict):
        confirmed("a", "b")


def test_own_fields_come_without_credentials() -> None:
    agent = Agent(id="a", openai_account_connection=AccountConnection(credentials={"token": "t"}))
    assert raw(agent) == {"id": "a", "openai_account_connection": {"credentials": "[redacted]"}}


class Shelf(NumbersByAgent):
    """A platform with two numbers."""

    platform = "Shelf"
    complete = True

    def __init__(self, context: ActionContext) -> None:
        super().__init__(context)
        self.held = [Number(id="n1", number="+31850000001", agent="a"), Number(id="n2", number="", agent="a")]
        self.pointed: list[tuple[str, str | None]] = []

    async def number_list(self) -> NumberList:
        return NumberList(numbers=self.held, count=len(self.held), complete=self.complete)

    async def _find(self, number: str) -> Number:
        return found(self.held, number, self.complete)

    async def _point(self, number: Number, agent: str | None) -> None:
        self.pointed.append((number.id, agent))

    async def _give_back(self, number: Number) -> None:
        self.held.remove(number)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(context(httpx.AsyncClient()))


async def test_a_number_is_pointed_once(shelf: Shelf) -> None:
    assert (await shelf.number_get("+31 85 0000001")).id == "n1"
    assert not (await shelf.number_link("n1", "a")).changed
    assert shelf.pointed == []
    linked = await shelf.number_link("+31850000001", "b")
    assert (linked.changed, linked.id, linked.agent, shelf.pointed) == (True, "n1", "b", [("n1", "b")])


async def test_numbers_are_freed_by_name_or_by_agent(shelf: Shelf) -> None:
    assert (await shelf.number_unlink("", "a")).numbers == ["+31850000001", "n2"]
    assert (await shelf.number_unlink("n2", "")).numbers == ["n2"]
    assert not (await shelf.number_unlink("n2", "b")).changed
    assert shelf.pointed == [("n1", None), ("n2", None), ("n2", None)]


async def test_a_number_that_was_given_back_is_not_listed(shelf: Shelf) -> None:
    assert await shelf.number_released("+31 85 0000001") is None
    await shelf.number_release("+31850000001")
    released = await shelf.number_released("+31850000001")
    assert released
    assert released.number == "+31850000001"
    shelf.complete = False
    with pytest.raises(InDoubtError):
        await shelf.number_released("+31850000001")
