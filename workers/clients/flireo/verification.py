"""Verification groups of Flireo's first generation: the proof of an address that local numbers need.

What a new group is called in answers differs from what it is called later: `requirement_group_id`, then `id`.
"""

from __future__ import annotations

from typing import Any, TypedDict

from workers.clients.base import Lenient
from workers.clients.flireo.models import Meta, OrderResult


class GroupOrder(TypedDict, total=False):
    """The body of POST /v1/verification-groups; all but `description` must be there."""

    phone_number_type: str
    name: str
    business_name: str
    contact_person_first_name: str
    contact_person_last_name: str
    contact_person_phone: str
    street_name: str
    house_number: str
    postal_code: str
    city: str
    province: str
    description: str


class NewGroup(Lenient):
    """What is told of a group that was just created."""

    requirement_group_id: str | None = None


class NewGroupAnswer(Lenient):
    """POST /v1/verification-groups."""

    message: str | None = None
    data: NewGroup | None = None


class Group(Lenient):
    """A verification group; documents and numbers are shown when it is asked for by its id."""

    id: str | None = None
    name: str | None = None
    phone_number_type: str | None = None
    status: str | None = None
    locality: str | None = None
    business_name: str | None = None
    created_at: str | None = None
    documents: list[Any] | None = None
    phone_numbers: list[Any] | None = None


class GroupAnswer(Lenient):
    """GET /v1/verification-groups/{id}."""

    data: Group | None = None


class Groups(Lenient):
    """GET /v1/verification-groups."""

    data: list[Group] | None = None
    meta: Meta | None = None


class GroupRef(Lenient):
    """The group an order belongs to."""

    id: str | None = None
    name: str | None = None


class GroupOrderResult(OrderResult):
    """An order in a group, when it was placed."""

    verification_group: GroupRef | None = None


class GroupOrderAnswer(Lenient):
    """POST /v1/verification-groups/{id}/order-number."""

    message: str | None = None
    data: GroupOrderResult | None = None
