"""Fluents' numbers, as far as the neutral actions leave something over: bringing them in and taking them out."""

from __future__ import annotations

from pydantic import Field

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.neutral import Number
from workers.actions.platforms.fluents.common import FLUENTS, port_of
from workers.actions.ports.base import E164, e164
from workers.actions.ports.doubt import certainly_not
from workers.actions.ports.fluents import number_of
from workers.clients.fluents.requests import NumberImport


class DetachParams(Params):
    """Which number."""

    number: str = Field(min_length=1, description="an E.164 number such as +31850000001, or the platform's id of it")


class ImportParams(Params):
    """Which number, from where."""

    number: E164 = Field(description="the number itself, E.164")
    telephony_account_connection: str = Field(
        "", description="the id of the carrier account that has it; else the connection's api.defaults"
    )
    agent: str = Field("", description="the agent that answers it from the start")
    outbound_only: bool = Field(False, description="true: it only calls out")


class Detached(Output):
    """A number that was taken out."""

    number: str = Field("", description="the number or id that was taken out, as the step named it")


async def _detached(context: ActionContext, params: DetachParams) -> Detached | None:
    gone = await port_of(context).number_released(params.number)
    return None if gone is None else Detached(number=gone.number)


@action("fluents.number.detach", in_doubt="verify", platforms=FLUENTS, verify=_detached)
async def number_detach(context: ActionContext, params: DetachParams) -> Detached:
    """Take a number out of Fluents without giving it back to its carrier.

    `number.unlink` only takes its agent away, and `number.release` gives it back for good.
    """
    port = port_of(context)
    wanted = await port.number_get(params.number)
    await port.client.numbers.detach(wanted.number, wanted.id)
    return Detached(number=params.number)


async def _imported(context: ActionContext, params: ImportParams) -> Number | None:
    listing = await port_of(context).number_list()
    held = next((each for each in listing.numbers if e164(each.number) == params.number), None)
    if held is None:
        certainly_not(listing.complete)
    return held


@action("fluents.number.import", in_doubt="verify", platforms=FLUENTS, verify=_imported)
async def number_import(context: ActionContext, params: ImportParams) -> Number:
    """Bring a number into Fluents that a carrier account of yours has already.

    It is the platform's `numbers/link`, which has nothing to do with `number.link`.
    """
    port = port_of(context)
    account = port.carrier("telephony_account_connection", params.telephony_account_connection)
    order: NumberImport = {
        "phone_number": params.number,
        "telephony_account_connection": account,
        "outbound_only": params.outbound_only,
    }
    if params.agent:
        order["inbound_agent"] = params.agent
    return number_of(await port.client.numbers.take_over(order))


NUMBER_ACTIONS = (number_detach, number_import)
