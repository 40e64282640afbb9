"""Flireo's verification groups: the proof of an address that local numbers need. Only the first generation has them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.neutral import Bought, NumberList, numbers
from workers.actions.platforms.flireo.common import FIRST, RAW, Listed, first
from workers.actions.ports.base import E164, raw
from workers.actions.ports.doubt import made_since, since
from workers.actions.ports.flireo import bought, bought_since, offered
from workers.clients.base import part, text
from workers.clients.errors import Invalid
from workers.clients.flireo.models import OrderResult
from workers.clients.flireo.verification import Group, GroupOrder, NewGroup

_GROUP = "the group's id"
Status = Literal["pending", "approved", "rejected", "deleted"]


class VerificationGroup(Output):
    """A group of numbers whose address is proved together."""

    id: str = Field("", description=_GROUP)
    name: str = Field("", description="what people call it")
    status: str = Field("", description="pending, approved, rejected or deleted")
    type: str = Field("", description="the type of its numbers, such as local")
    locality: str = Field("", description="the place")
    business_name: str = Field("", description="whose address it is")
    created_at: str = Field("", description="when, as the platform writes it")
    documents: list[Any] = Field(
        default_factory=list,
        description="the papers that were handed in, each with id, type and status; empty in lists",
    )
    numbers: list[Any] = Field(
        default_factory=list, description="its numbers, each with id, phone_number and status; empty in lists"
    )
    raw: dict[str, Any] = Field(default_factory=dict, description=RAW)


class VerificationGroupList(Listed):
    """Some verification groups."""

    groups: list[VerificationGroup] = Field(default_factory=list, description="the groups")


class CreatedGroup(Output):
    """A verification group that was asked for."""

    id: str = Field("", description=_GROUP)


class CreateParams(Params):
    """Whose address is to be proved."""

    name: str = Field(min_length=1, description="what people call the group")
    type: str = Field("local", description="the type of its numbers")
    business_name: str = Field(min_length=1, description="the business")
    first_name: str = Field(min_length=1, description="of the person to turn to")
    last_name: str = Field(min_length=1, description="of the person to turn to")
    phone: str = Field(min_length=1, description="of the person to turn to")
    street: str = Field(min_length=1, description="the street alone")
    house_number: str = Field(min_length=1, description="with whatever stands behind it")
    postal_code: str = Field(min_length=1, description="the postal code")
    city: str = Field(min_length=1, description="the city")
    province: str = Field(min_length=1, description="the province")
    description: str = Field("", description="a note")

    def body(self) -> GroupOrder:
        """As the platform wants it."""
        order: GroupOrder = {
            "phone_number_type": self.type,
            "name": self.name,
            "business_name": self.business_name,
            "contact_person_first_name": self.first_name,
            "contact_person_last_name": self.last_name,
            "contact_person_phone": self.phone,
            "street_name": self.street,
            "house_number": self.house_number,
            "postal_code": self.postal_code,
            "city": self.city,
            "province": self.province,
        }
        if self.description:
            order["description"] = self.description
        return order


class ListParams(Params):
    """Which groups; all of them when nothing is chosen."""

    status: Status | None = Field(None, description="only these")
    type: str = Field("", description="only groups for numbers of this type")


class GroupParams(Params):
    """Which group."""

    group: str = Field(min_length=1, description=_GROUP)


class OrderParams(GroupParams):
    """Which number is ordered in which group."""

    number: E164 = Field(description="the number itself, E.164, as flireo.verification_group.numbers shows it")


async def _created(context: ActionContext, params: CreateParams) -> CreatedGroup | None:
    begin = since(context)
    group = made_since(await first(context).groups(number_type=params.type), begin, params.name)
    return CreatedGroup(id=text(group.id)) if group else None


@action("flireo.verification_group.create", in_doubt="verify", platforms=FIRST, verify=_created)
async def group_create(context: ActionContext, params: CreateParams) -> CreatedGroup:
    """Ask for an address to be proved, so that local numbers can be ordered with it.

    People at the platform look at it: `flireo.verification_group.get` tells what became of it.
    """
    answer = await first(context).create_group(params.body())
    return CreatedGroup(id=text(part(answer.data, NewGroup).requirement_group_id))


@action("flireo.verification_group.list", in_doubt="repeat", platforms=FIRST)
async def group_list(context: ActionContext, params: ListParams) -> VerificationGroupList:
    """List the verification groups."""
    listing = await first(context).groups(params.status or "", params.type)
    found = [_group(each) for each in listing.items]
    return VerificationGroupList(groups=found, count=len(found), complete=listing.complete)


@action("flireo.verification_group.get", in_doubt="repeat", platforms=FIRST)
async def group_get(context: ActionContext, params: GroupParams) -> VerificationGroup:
    """Show a verification group with its papers and its numbers."""
    return _group(await first(context).group(params.group))


@action("flireo.verification_group.numbers", in_doubt="repeat", platforms=FIRST)
async def group_numbers(context: ActionContext, params: GroupParams) -> NumberList:
    """Look for numbers that can be ordered in a verification group. Nothing is ordered."""
    found = await first(context).group_numbers(params.group)
    return numbers([offered(each) for each in found], complete=True)


async def _ordered(context: ActionContext, params: OrderParams) -> Bought | None:
    begin = since(context)
    return bought_since(await first(context).orders(group=params.group), begin, params.number)


@action("flireo.verification_group.order", in_doubt="verify", platforms=FIRST, verify=_ordered, costs="numbers-bought")
async def group_order(context: ActionContext, params: OrderParams) -> Bought:
    """Order a number in a verification group that was approved. This costs credits.

    The platform only takes the order: `status` tells, and later `flireo.order.get`.
    """
    try:
        answer = await first(context).order_in_group(params.group, params.number)
    except Invalid as error:
        raise _clearer(error) from error
    placed = part(answer.data, OrderResult)
    return bought(params.number, text(placed.order_id), text(placed.status), raw(placed))


def _clearer(error: Invalid) -> Invalid:
    if error.code != "invalid_status":
        return error
    return Invalid(
        "the verification group is not approved, so nothing was ordered", status=error.status, code=error.code
    )


def _group(group: Group) -> VerificationGroup:
    fields = raw(group)
    return VerificationGroup(
        id=text(group.id),
        name=text(group.name),
        status=text(group.status),
        type=text(group.phone_number_type),
        locality=text(group.locality),
        business_name=text(group.business_name),
        created_at=text(group.created_at),
        documents=_members(fields.get("documents")),
        numbers=_members(fields.get("phone_numbers")),
        raw=fields,
    )


def _members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


GROUP_ACTIONS = (group_create, group_list, group_get, group_numbers, group_order)
