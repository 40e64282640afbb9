"""Fluents: the do-not-call list, in camelCase. The values of `type` are not documented; two are made up here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.platforms.fluents.common import account, body_of, done, invalid, page, require
from console.sandbox.things import Thing

TYPES = ("user", "global")
_E164 = re.compile(r"\+[1-9]\d{6,14}")


async def list_numbers(request: Request) -> JSONResponse:
    """GET /dnc_numbers/list"""
    held, which = account(request), request.query_params.get("type", "")
    items = held.do_not_call if which == "user" else []
    shown = page(request, items, "type")
    if which not in TYPES:
        raise invalid("type must be one of the following values: user, global")
    return JSONResponse(shown)


async def add_number(request: Request) -> JSONResponse:
    """POST /dnc_numbers/create"""
    body = await body_of(request)
    return done(request, _added(account(request), body, body.get("userId")))


async def add_numbers(request: Request) -> JSONResponse:
    """POST /dnc_numbers/bulk"""
    held, body = account(request), await body_of(request)
    entries = body.get("phoneNumbers")
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise invalid("phoneNumbers must be an array")
    for each in entries:
        _check(each)
    return done(request, [_added(held, each, body.get("userId")) for each in entries])


def _check(entry: Mapping[str, Any]) -> None:
    require(entry, ("phoneNumber",))
    if not _E164.fullmatch(str(entry["phoneNumber"])):
        raise invalid("phoneNumber must be a valid phone number")


def _added(held: FluentsAccount, entry: Mapping[str, Any], user: Any) -> Thing:
    """The entry as it is then; one that is there already stays as it was."""
    _check(entry)
    known = next((each for each in held.do_not_call if each["phoneNumber"] == entry["phoneNumber"]), None)
    if known:
        return known
    now = wall_clock()
    added = {
        "id": str(uuid.uuid4()),
        "phoneNumber": entry["phoneNumber"],
        "createdAt": now,
        "updatedAt": now,
        "userId": user,
        "reason": entry.get("reason"),
    }
    held.do_not_call.append(added)
    return added


DNC_ROUTES = [
    Route("/dnc_numbers/list", list_numbers, methods=["GET"]),
    Route("/dnc_numbers/create", add_number, methods=["POST"]),
    Route("/dnc_numbers/bulk", add_numbers, methods=["POST"]),
]
