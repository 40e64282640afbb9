"""The shop that example rules talk to: customers by phone number, notes, alerts, and one slow page. No key needed."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.state import sandbox_of
from console.sandbox.world import Shop

LONGEST = 120.0
"""Seconds that /crm/slow takes at most."""


def shop(request: Request) -> Shop:
    return sandbox_of(request).world.shop


async def customer(request: Request) -> JSONResponse:
    """GET /crm/customers?phone= (E.164): 200, or 404 when nobody has that number"""
    found = shop(request).customers.get(request.query_params.get("phone", ""))
    return JSONResponse(found) if found else JSONResponse({"error": "no such customer"}, 404)


async def slow(request: Request) -> JSONResponse:
    """GET /crm/slow?seconds="""
    try:
        seconds = min(LONGEST, max(0.0, float(request.query_params.get("seconds", "1"))))
    except ValueError:
        return JSONResponse({"error": "seconds must be a number"}, 400)
    await asyncio.sleep(seconds)
    return JSONResponse({"slept": seconds})


async def add_note(request: Request) -> JSONResponse:
    """POST /crm/notes: 201; the same Idempotency-Key again gives the first note and 200"""
    notes, key = shop(request).notes, request.headers.get("idempotency-key", "")
    earlier = next((note for note in notes if key and note["idempotency_key"] == key), None)
    if earlier:
        return JSONResponse(earlier, 200)
    note = {"id": f"note_{len(notes) + 1}", "idempotency_key": key, "note": _readable(await request.body())}
    notes.append(note)
    return JSONResponse(note, 201)


async def list_notes(request: Request) -> JSONResponse:
    """GET /crm/notes"""
    return JSONResponse(shop(request).notes)


async def add_alert(request: Request) -> JSONResponse:
    """POST /alerts: where notifications of a demo arrive"""
    shop(request).alerts.append(_readable(await request.body()))
    return JSONResponse({"ok": True}, 201)


async def list_alerts(request: Request) -> JSONResponse:
    """GET /alerts"""
    return JSONResponse(shop(request).alerts)


def _readable(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


ROUTES = [
    Route("/crm/customers", customer, methods=["GET"]),
    Route("/crm/slow", slow, methods=["GET"]),
    Route("/crm/notes", add_note, methods=["POST"]),
    Route("/crm/notes", list_notes, methods=["GET"]),
    Route("/alerts", add_alert, methods=["POST"]),
    Route("/alerts", list_alerts, methods=["GET"]),
]
