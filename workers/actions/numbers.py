"""Phone numbers, on every platform that has an API for them."""

from __future__ import annotations

from pydantic import Field, JsonValue, model_validator

from workers.actions.base import ActionContext, Params, action
from workers.actions.neutral import Bought, Linked, Number, NumberList, Released, Unlinked
from workers.actions.ports.base import E164, Port
from workers.actions.ports.table import able, port

NUMBER = "an E.164 number such as +31850000001, or the platform's id of it"


class ListParams(Params):
    """Nothing to choose."""


class NumberParams(Params):
    """Which number."""

    number: str = Field(min_length=1, description=NUMBER)


class SearchParams(Params):
    """What to look for. A platform refuses what it cannot search by."""

    query: str = Field("", description="part of the number or place (flireo)")
    type: str = Field("", description="national or mobile (flireo)")
    limit: int = Field(20, ge=1, le=100, description="how many at the most")
    filters: str = Field("", description="the platform's own filter text (fluents)")
    telephony_provider: str = Field("", description="the carrier (fluents); else the connection's api.defaults")
    telephony_account_connection: str = Field(
        "", description="the id of the carrier account (fluents); else the connection's api.defaults"
    )


class LinkParams(NumberParams):
    """Which number goes to which agent."""

    agent: str = Field(min_length=1, description="the agent's id")


class UnlinkParams(Params):
    """Which number is freed: name it, or the agent that has it, or both to free it only from that agent."""

    number: str = Field("", description=NUMBER)
    agent: str = Field("", description="the agent's id")

    @model_validator(mode="after")
    def _names_something(self) -> UnlinkParams:
        if not (self.number or self.agent):
            raise ValueError("name the number or the agent")
        return self


class BuyParams(Params):
    """Which number is bought. A platform refuses what it has no use for."""

    number: E164 = Field(description="the number itself, E.164, as number.search shows it")
    type: str = Field("", description="national, mobile or local (flireo); national when left out")
    verification_group: str = Field("", description="the id of the group that proves the address, for local (flireo)")
    agent: str = Field("", description="the agent that answers it from the start (fluents)")
    area_code: str = Field("", description="the number's area code (fluents)")
    telephony_provider: str = Field("", description="the carrier (fluents); else the connection's api.defaults")
    telephony_account_connection: str = Field(
        "", description="the id of the carrier account (fluents); else the connection's api.defaults"
    )


class UpdateParams(NumberParams):
    """What to change about a number."""

    set: dict[str, JsonValue] = Field(
        min_length=1, description="the platform's own field names and their new values; null empties one"
    )


@action("number.list", in_doubt="repeat", platforms=able(Port.number_list))
async def number_list(context: ActionContext, params: ListParams) -> NumberList:
    """List the connection's phone numbers."""
    return await port(context).number_list()


@action("number.get", in_doubt="repeat", platforms=able(Port.number_get))
async def number_get(context: ActionContext, params: NumberParams) -> Number:
    """Show one phone number and the agent that answers it."""
    return await port(context).number_get(params.number)


@action("number.search", in_doubt="repeat", platforms=able(Port.number_search))
async def number_search(context: ActionContext, params: SearchParams) -> NumberList:
    """Look for numbers that can be had. Nothing is ordered."""
    return await port(context).number_search(params.model_dump())


@action("number.link", in_doubt="repeat", platforms=able(Port.number_link))
async def number_link(context: ActionContext, params: LinkParams) -> Linked:
    """Let an agent answer a number. Done at once when it does already.

    On Flireo's first generation the agent's former number is freed; a number of one's own that another agent holds is
    refused and must be unlinked first; a shared default number is taken from every agent that had one.
    """
    return await port(context).number_link(params.number, params.agent)


@action("number.unlink", in_doubt="repeat", platforms=able(Port.number_unlink))
async def number_unlink(context: ActionContext, params: UnlinkParams) -> Unlinked:
    """Let no agent answer a number, or none of an agent's numbers. Done at once when nothing is linked."""
    return await port(context).number_unlink(params.number, params.agent)


async def _bought(context: ActionContext, params: BuyParams) -> Bought | None:
    return await port(context).number_bought(params.model_dump())


@action("number.buy", in_doubt="verify", platforms=able(Port.number_buy), verify=_bought, costs="numbers-bought")
async def number_buy(context: ActionContext, params: BuyParams) -> Bought:
    """Buy a phone number. This costs money, at once or every month.

    Look for numbers with `number.search` first. Some platforms only take the order: `status` tells. A number that is
    bought twice is refused by the platform, and nobody buys it again because an answer was lost.
    """
    return await port(context).number_buy(params.model_dump())


async def _released(context: ActionContext, params: NumberParams) -> Released | None:
    return await port(context).number_released(params.number)


@action("number.release", in_doubt="verify", platforms=able(Port.number_release), verify=_released)
async def number_release(context: ActionContext, params: NumberParams) -> Released:
    """Give a phone number back. It may never be had again.

    On Flireo's later generations, where numbers are brought along by SIP, it is taken out of the account and stays with
    its carrier.
    """
    return await port(context).number_release(params.number)


@action("number.update", in_doubt="repeat", platforms=able(Port.number_update))
async def number_update(context: ActionContext, params: UpdateParams) -> Number:
    """Change a number's settings, in the platform's own field names."""
    return await port(context).number_update(params.number, params.set)
