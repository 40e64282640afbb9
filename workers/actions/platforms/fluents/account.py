"""Fluents' account connections (carriers, models, voices), their steering pools, and what was used."""

from __future__ import annotations

from pydantic import Field

from workers.actions.base import ActionContext, NoOutput, Output, Params, action
from workers.actions.platforms.fluents.common import FLUENTS, Listed, ListParams, client_of, texts
from workers.actions.ports.base import E164
from workers.clients.base import text


class AccountConnection(Output):
    """An account of a carrier, a model or a voice; its credentials are left out."""

    id: str = Field("", description="the connection's id")
    type: str = Field("", description="such as account_connection_twilio")
    label: str = Field("", description="what people call it")
    steering_pool: list[str] = Field(default_factory=list, description="the numbers that warm transfers go through")


class AccountConnectionList(Listed):
    """Some account connections."""

    account_connections: list[AccountConnection] = Field(
        default_factory=list, description="the connections, each with id, type, label and steering_pool"
    )


class PoolParams(Params):
    """Which number in which pool."""

    account_connection: str = Field(min_length=1, description="the id of the carrier's account connection")
    number: E164 = Field(description="the number, E.164")


class Usage(Output):
    """The minutes of the month."""

    plan: str = Field("", description="the plan, in the platform's words")
    minutes: float = Field(0.0, description="minutes used this month")
    limit: float = Field(0.0, description="minutes there are in a month, 0 where it does not say")


@action("fluents.account_connection.list", in_doubt="repeat", platforms=FLUENTS)
async def account_connection_list(context: ActionContext, params: ListParams) -> AccountConnectionList:
    """List the accounts of carriers, models and voices; `number.search` and `number.buy` want a carrier's id."""
    listing = await client_of(context).connections.all()
    found = [
        AccountConnection(
            id=text(each.id),
            type=text(each.type),
            label=text(each.label),
            steering_pool=texts(each.steering_pool),
        )
        for each in listing.items
    ]
    return AccountConnectionList(account_connections=found, count=len(found), complete=listing.complete)


@action("fluents.steering_pool.add", in_doubt="repeat", platforms=FLUENTS)
async def steering_pool_add(context: ActionContext, params: PoolParams) -> NoOutput:
    """Let a carrier's warm transfers go through one more number. Known from the platform's ancestor alone."""
    await client_of(context).connections.add_to_pool(params.account_connection, params.number)
    return NoOutput()


@action("fluents.steering_pool.remove", in_doubt="repeat", platforms=FLUENTS)
async def steering_pool_remove(context: ActionContext, params: PoolParams) -> NoOutput:
    """Let no warm transfer go through a number any more. Known from the platform's ancestor alone."""
    await client_of(context).connections.remove_from_pool(params.account_connection, params.number)
    return NoOutput()


@action("fluents.usage.get", in_doubt="repeat", platforms=FLUENTS)
async def usage_get(context: ActionContext, params: ListParams) -> Usage:
    """Show the minutes used this month. Known from the platform's ancestor alone; it may be gone."""
    usage = await client_of(context).usage()
    return Usage(
        plan=text(usage.plan_type),
        minutes=_minutes(usage.monthly_usage_minutes),
        limit=_minutes(usage.monthly_usage_limit_minutes),
    )


def _minutes(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


ACCOUNT_ACTIONS = (account_connection_list, steering_pool_add, steering_pool_remove, usage_get)
