"""What rules remember about a call or a caller."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, JsonValue

from store.durations import Seconds
from workers.actions.base import ActionContext, Output, Params, action

Scope = Literal["call", "caller"]


class ForgetParams(Params):
    """Which memory."""

    scope: Scope = Field(description="call: of this call alone; caller: of this phone number over all its calls")
    key: str = Field(min_length=1, max_length=100, description="its name")


class SetParams(ForgetParams):
    """Which memory, and what to put there."""

    value: JsonValue = Field(description="what to remember")
    ttl: Seconds | None = Field(None, gt=0, description="how long, from the first write; such as 7d")


class AddParams(ForgetParams):
    """Which counter, and by how much."""

    value: float = Field(1, description="what to add; negative to take away")
    ttl: Seconds | None = Field(None, gt=0, description="how long, from the first write; such as 7d")


class Remembered(Output):
    """What is remembered now."""

    value: Any = Field(None, description="the value after this step")


class Counted(Output):
    """Where the counter stands now."""

    value: float = Field(0, description="the sum after this step")


@action("memory.set", in_doubt="repeat")
async def memory_set(context: ActionContext, params: SetParams) -> Remembered:
    """Remember a value about this call or this caller."""
    value = await context.memory.set(params.scope, params.key, params.value, params.ttl, context.operation)
    return Remembered(value=value)


@action("memory.add", in_doubt="repeat")
async def memory_add(context: ActionContext, params: AddParams) -> Counted:
    """Add to a counter of this call or this caller. A repeated step counts once."""
    value = await context.memory.add(params.scope, params.key, params.value, params.ttl, context.operation)
    return Counted(value=value or 0)


@action("memory.forget", in_doubt="repeat")
async def memory_forget(context: ActionContext, params: ForgetParams) -> Remembered:
    """Forget what was remembered under a name."""
    return Remembered(value=await context.memory.forget(params.scope, params.key, context.operation))
