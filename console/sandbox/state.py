"""Everything one sandbox holds, and how it is put back to the beginning."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
from starlette.requests import Request

from console.sandbox.courier import Courier
from console.sandbox.edge import Ledger
from console.sandbox.exchange import Exchange
from console.sandbox.faults import FaultBook
from console.sandbox.phone import Surroundings
from console.sandbox.platforms.common import RateLimiter
from console.sandbox.seed import fresh_world
from console.sandbox.settings import Options, SandboxSettings


class Sandbox:
    """The state behind the routes. `transport` lets tests put a webhook beside it without a network."""

    def __init__(
        self,
        settings: SandboxSettings,
        transport: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.options: Options = settings.options()
        self.ledger = Ledger()
        self.faults = FaultBook()
        self.limiter = RateLimiter()
        self.world = fresh_world(settings.fluents_url)
        self._client = httpx.AsyncClient(transport=transport, timeout=None, trust_env=False)  # noqa: S113
        self.courier = Courier(self._client, now)
        self.exchange = self._new_exchange()

    async def reset(self) -> None:
        """Break off every call and begin again: seed data, options, no faults, nothing seen."""
        await self.exchange.clear()
        self.options = self.settings.options()
        self.ledger.clear()
        self.faults.clear()
        self.limiter.clear()
        self.world = fresh_world(self.settings.fluents_url)
        self.exchange = self._new_exchange()

    async def close(self) -> None:
        """Break off every call and let go of the connections."""
        await self.exchange.clear()
        await self._client.aclose()

    def _new_exchange(self) -> Exchange:
        around = Surroundings(self.settings, self.options, self.world.accounts(), self.courier, self.faults)
        return Exchange(around)


def sandbox_of(request: Request) -> Sandbox:
    """The sandbox this request came to."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox
