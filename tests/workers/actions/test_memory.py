from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from tests.workers.clients.support import Remembering, context
from workers.actions import ACTIONS
from workers.actions.base import ActionContext
from workers.actions.memory import AddParams, Counted, ForgetParams, Remembered, SetParams


@pytest.fixture
def own() -> ActionContext:
    return context(httpx.AsyncClient())


async def perform(own: ActionContext, name: str, **params: Any) -> Any:
    each = ACTIONS[name]
    return await each.perform(own, each.params.model_validate(params))


def memory(own: ActionContext) -> Remembering:
    assert isinstance(own.memory, Remembering)
    return own.memory


async def test_a_value_is_remembered_for_its_time(own: ActionContext) -> None:
    output = await perform(own, "memory.set", scope="caller", key="vip", value={"since": 2020}, ttl="7d")
    assert output == Remembered(value={"since": 2020})
    assert memory(own).values == {("caller", "vip"): {"since": 2020}}
    assert memory(own).ttls == {("caller", "vip"): 604800.0}


async def test_a_repeated_step_counts_once(own: ActionContext) -> None:
    first = await perform(own, "memory.add", scope="caller", key="calls")
    again = await perform(own, "memory.add", scope="caller", key="calls")
    assert first == again == Counted(value=1)
    own.operation = "evt_2/rule/step"
    assert (await perform(own, "memory.add", scope="caller", key="calls", value=-3)).value == -2


async def test_what_is_forgotten_is_gone(own: ActionContext) -> None:
    await perform(own, "memory.set", scope="call", key="topic", value="invoice")
    await perform(own, "memory.forget", scope="call", key="topic")
    assert memory(own).values == {}


@pytest.mark.parametrize(
    ("params", "given"),
    [
        (SetParams, {"scope": "person", "key": "k", "value": 1}),
        (SetParams, {"scope": "call", "key": "", "value": 1}),
        (SetParams, {"scope": "call", "key": "k"}),
        (SetParams, {"scope": "call", "key": "k", "value": 1, "ttl": "soon"}),
        (AddParams, {"scope": "call", "key": "k", "ttl": "0s"}),
        (AddParams, {"scope": "call", "key": "k", "value": "many"}),
        (ForgetParams, {"scope": "call", "key": "k", "ttl": "7d"}),
    ],
)
def test_what_makes_no_sense_is_refused(params: type[ForgetParams], given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        params.model_validate(given)
