"""Asks, before a step that costs money is tried, whether its connection may still spend."""

from __future__ import annotations

import math

from store.spending import Spending
from workers.actions.base import Action, ActionContext


async def over_ceiling(spending: Spending, action: Action, context: ActionContext) -> str:
    """Why the step may not be tried, in a sentence; empty when it may, and then it has its place."""
    connection = context.connection
    if action.costs is None or connection is None:
        return ""
    ceiling = connection.ceiling_of(action.costs)
    wait = await spending.take(connection.name, action.costs, ceiling, context.operation)
    if not wait:
        return ""
    return (
        f"the ceiling {action.costs} of connection {connection.name} is reached: {ceiling} and no more, nothing was "
        f"sent; a place is free in {roughly(wait)}, or write `ceilings: {{{action.costs}: ...}}` for {connection.name} "
        "in the connections file"
    )


async def give_back(spending: Spending, action: Action, context: ActionContext) -> None:
    """The step is given up, and it is certain that nothing was bought or started."""
    if action.costs and context.connection:
        await spending.give_back(context.connection.name, action.costs, context.operation)


def roughly(seconds: float) -> str:
    """Seconds as people say them: `40s`, `12m`, `3h 5m`, rounded up."""
    if seconds < 60:
        return f"{math.ceil(seconds)}s"
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "") if part)
