from __future__ import annotations

import httpx
import pytest

from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import context
from workers.actions import ACTIONS
from workers.actions.platforms.fluents import FLUENTS_ACTIONS
from workers.actions.platforms.fluents.common import ListParams, client_of, removed, texts
from workers.actions.platforms.fluents.common import given as written
from workers.actions.platforms.fluents.prompts import PromptCreateParams
from workers.clients.errors import Unsupported
from workers.clients.fluents.client import Fluents


@pytest.mark.parametrize("provider", ["opencx", "vapi"])
def test_another_platform_is_refused(provider: str) -> None:
    with pytest.raises(Unsupported, match="only Fluents can"):
        client_of(context(httpx.AsyncClient(), provider))


def test_its_own_is_taken() -> None:
    assert isinstance(client_of(context(httpx.AsyncClient(), "fluents")), Fluents)


@pytest.mark.parametrize(
    ("value", "read"), [(["a", 1, None, {}, ""], ["a", "1"]), (None, []), ("text", []), ({"a": 1}, [])]
)
def test_lists_that_hold_something_else(value: object, read: list[str]) -> None:
    assert texts(value) == read


def test_only_what_was_written_is_sent() -> None:
    assert written(PromptCreateParams(content="x", label="y"), "label") == {"content": "x"}
    assert written(ListParams()) == {}


@pytest.mark.parametrize(("answer", "gone"), [({"id": "a1"}, False), ({}, True)])
async def test_whether_something_is_gone(answer: object, gone: bool) -> None:
    own = given(Platform({"GET /v1/agents": answer}), "fluents")
    assert (await removed(client_of(own).agents, "a1") is not None) == gone


async def test_what_is_not_found_is_gone() -> None:
    found = await removed(client_of(given(Platform({}), "fluents")).agents, "a1")
    assert found
    assert found.id == "a1"


def test_nothing_is_done_twice_by_itself_that_makes_something_new() -> None:
    made = {name for name in ACTIONS if name.startswith("fluents.") and name.endswith(".create")}
    assert {name: ACTIONS[name].in_doubt for name in made} == dict.fromkeys(made, "park")
    assert len(made) == 4


def test_what_can_be_looked_for_is_verified() -> None:
    verified = {each.name for each in FLUENTS_ACTIONS if each.in_doubt == "verify"}
    assert verified == {
        "fluents.agent.delete",
        "fluents.action.delete",
        "fluents.webhook.delete",
        "fluents.number.detach",
        "fluents.number.import",
    }
    assert all(each.verify for each in FLUENTS_ACTIONS if each.in_doubt == "verify")


@pytest.mark.parametrize(
    "name", ["fluents.prompt.list", "fluents.action.list", "fluents.webhook.list", "fluents.voice.list"]
)
@pytest.mark.parametrize(
    "items", [[{"id": 7, "label": ["odd"], "subscriptions": {}, "type": 3}, "odd", None], [{}], []]
)
async def test_odd_items_break_no_list(name: str, items: object) -> None:
    path = f"GET /v1/{name.split('.')[1]}s/list"
    shown = await perform(given(Platform({path: {"items": items}}), "fluents"), name)
    assert shown["complete"]
