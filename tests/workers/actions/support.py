"""Runs one action the way the worker does."""

from __future__ import annotations

from typing import Any

from tests.workers.clients.support import Limits, Platform, context
from workers.actions import ACTIONS
from workers.actions.base import ActionContext


def given(platform: Platform, provider: str, generation: str = "", **more: Any) -> ActionContext:
    """What an action gets when its connection is this platform."""
    return context(platform.client(), provider, generation, **more)


async def perform(own: ActionContext, name: str, /, **params: Any) -> dict[str, Any]:
    """The action's output as a rule sees it."""
    action = ACTIONS[name]
    output = await action.perform(own, action.params.model_validate(params))
    return output.model_dump(mode="json")


__all__ = ["Limits", "Platform", "given", "perform"]
