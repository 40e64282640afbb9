"""The sandbox as one application: the platforms' APIs, the shop, and its own routes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route

from console.sandbox.crm import ROUTES as SHOP_ROUTES
from console.sandbox.desk import ROUTES as OWN_ROUTES
from console.sandbox.edge import Edge
from console.sandbox.platforms.common import Gate, Guard, PlatformError, refuse
from console.sandbox.platforms.flireo import calls as flireo_calls
from console.sandbox.platforms.flireo import first as flireo_first
from console.sandbox.platforms.flireo import groups as flireo_groups
from console.sandbox.platforms.flireo import rest as flireo
from console.sandbox.platforms.fluents import calls as fluents_calls
from console.sandbox.platforms.fluents import common as fluents_common
from console.sandbox.platforms.fluents import dnc as fluents_dnc
from console.sandbox.platforms.fluents import rest as fluents
from console.sandbox.platforms.fluents import saved as fluents_saved
from console.sandbox.platforms.opencx import automation as opencx_automation
from console.sandbox.platforms.opencx import common as opencx_common
from console.sandbox.platforms.opencx import rest as opencx
from console.sandbox.platforms.opencx import sessions as opencx_sessions
from console.sandbox.platforms.vapi import calls as vapi_calls
from console.sandbox.platforms.vapi import rest as vapi
from console.sandbox.settings import SandboxSettings
from console.sandbox.state import Sandbox

FLIREO_FIRST_BASE = "/flireo/v1"
FLIREO_BASE = "/flireo/api/v1"
FLUENTS_BASE = "/fluents/v1"
OPENCX_BASE = "/opencx"
VAPI_BASE = "/vapi"


def build_sandbox(
    settings: SandboxSettings,
    transport: httpx.AsyncBaseTransport | None = None,
    now: Callable[[], float] = time.time,
) -> Starlette:
    """The application. Its state is at `app.state.sandbox`; close that when no server runs the lifespan."""
    sandbox = Sandbox(settings, transport, now)
    app = Starlette(
        routes=_routes(sandbox),
        middleware=[Middleware(Edge, ledger=sandbox.ledger, faults=sandbox.faults)],
        exception_handlers={PlatformError: refuse, HTTPException: _plain_refusal},
        lifespan=_lifespan,
    )
    app.state.sandbox = sandbox
    return app


def _routes(sandbox: Sandbox) -> list[BaseRoute]:
    settings, limit = sandbox.settings, sandbox.settings.requests_per_minute
    first = Gate("flireo g1", settings.flireo_g1_key.get_secret_value(), flireo_first.FirstError)
    later = Gate("flireo", settings.flireo_key.get_secret_value(), flireo.FlireoError, limit, show_limits=True)
    fluents_gate = Gate("fluents", settings.fluents_key.get_secret_value(), fluents_common.FluentsError)
    opencx_gate = Gate("opencx", settings.opencx_key.get_secret_value(), opencx_common.OpenCXError, limit)
    vapi_gate = Gate("vapi", settings.vapi_key.get_secret_value(), vapi.VapiError)
    return [
        Mount(
            FLIREO_FIRST_BASE,
            routes=[*flireo_first.ROUTES, *flireo_groups.GROUP_ROUTES],
            middleware=_guarded(sandbox, first),
        ),
        Route(f"{FLIREO_BASE}/health", flireo.health, methods=["GET"]),
        Mount(FLIREO_BASE, routes=[*flireo.ROUTES, *flireo_calls.CALL_ROUTES], middleware=_guarded(sandbox, later)),
        Mount(
            FLUENTS_BASE,
            routes=[
                *fluents.ROUTES,
                *fluents_saved.SAVED_ROUTES,
                *fluents_calls.CALL_ROUTES,
                *fluents_dnc.DNC_ROUTES,
            ],
            middleware=_guarded(sandbox, fluents_gate),
        ),
        Mount(opencx_automation.HOOKS_BASE, routes=opencx_automation.HOOK_ROUTES),
        Mount(
            OPENCX_BASE,
            routes=[*opencx.ROUTES, *opencx_sessions.SESSION_ROUTES, *opencx_automation.AUTOMATION_ROUTES],
            middleware=_guarded(sandbox, opencx_gate),
        ),
        Mount(f"{VAPI_BASE}/control", routes=vapi_calls.CONTROL_ROUTES),
        Mount(VAPI_BASE, routes=[*vapi.ROUTES, *vapi_calls.CALL_ROUTES], middleware=_guarded(sandbox, vapi_gate)),
        Mount("/sandbox", routes=OWN_ROUTES),
        *SHOP_ROUTES,
    ]


def _guarded(sandbox: Sandbox, gate: Gate) -> list[Middleware]:
    return [Middleware(Guard, gate=gate, limiter=sandbox.limiter)]


async def _plain_refusal(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    yield
    await app.state.sandbox.close()
