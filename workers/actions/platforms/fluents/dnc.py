"""Fluents' do-not-call list: the numbers that its agents must not call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field, model_validator

from workers.actions.base import ActionContext, Params, action
from workers.actions.platforms.fluents.common import FLUENTS, Listed, client_of, port_of
from workers.actions.ports.base import E164, e164
from workers.clients.base import text
from workers.clients.fluents.models import DncNumber
from workers.clients.fluents.requests import DncEntry
from workers.clients.times import iso

USUAL_TYPE = "user"
"""A guess at the word for the environment's own list."""


class DncAddParams(Params):
    """Which numbers, and why."""

    number: E164 | None = Field(None, description="the number, E.164")
    numbers: list[E164] = Field(default_factory=list, description="several numbers at once, E.164")
    reason: str = Field("", description="why, for the people who read the list")

    @model_validator(mode="after")
    def _names_something(self) -> DncAddParams:
        if (self.number is None) == (not self.numbers):
            raise ValueError("name either the number or the numbers")
        return self


class DncListParams(Params):
    """Which part of the list."""

    number: E164 | None = Field(None, description="only this number, E.164: `count` tells whether it is there")
    type: str = Field(
        "", description="the platform's word for whose list; else `dnc_type` of the connection's api.defaults"
    )


class DncList(Listed):
    """Numbers that must not be called."""

    numbers: list[dict[str, Any]] = Field(
        default_factory=list, description="the numbers, each with number, reason, added_at (ISO 8601) and id"
    )


@action("fluents.dnc.add", in_doubt="repeat", platforms=FLUENTS)
async def dnc_add(context: ActionContext, params: DncAddParams) -> DncList:
    """Put numbers on the do-not-call list: agents call them no more, and are still called by them."""
    entries = [_entry(number, params.reason) for number in ([params.number] if params.number else params.numbers)]
    listing = client_of(context).do_not_call
    added = [await listing.add(entries[0])] if params.number else await listing.add_all(entries)
    return _listed(added, complete=True)


@action("fluents.dnc.list", in_doubt="repeat", platforms=FLUENTS)
async def dnc_list(context: ActionContext, params: DncListParams) -> DncList:
    """Show the do-not-call list, or whether one number is on it."""
    port = port_of(context)
    which = params.type or text(port.api.defaults.get("dnc_type")) or USUAL_TYPE
    listing = await port.client.do_not_call.all(which)
    found = [each for each in listing.items if params.number in (None, e164(text(each.phone_number)))]
    return _listed(found, listing.complete)


def _entry(number: str, reason: str) -> DncEntry:
    return {"phoneNumber": number, "reason": reason} if reason else {"phoneNumber": number}


def _listed(found: Iterable[DncNumber], complete: bool) -> DncList:
    shown = [
        {
            "id": text(each.id),
            "number": text(each.phone_number),
            "reason": text(each.reason),
            "added_at": iso(each.created_at),
        }
        for each in found
    ]
    return DncList(numbers=shown, count=len(shown), complete=complete)


DNC_ACTIONS = (dnc_add, dnc_list)
