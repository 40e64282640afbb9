"""Fluents' own actions, performed against the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from console.sandbox.app import FLUENTS_BASE, build_sandbox
from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.platforms.fluents.seed import FLUENTS_CARRIER
from console.sandbox.settings import SandboxSettings
from store.event import Call, Event
from tests.workers.actions.support import perform
from tests.workers.clients.support import connection, context
from workers.actions import ACTIONS
from workers.actions.base import ActionContext

DEFAULTS = {"telephony_provider": "twilio", "telephony_account_connection": FLUENTS_CARRIER}


@dataclass
class Desk:
    """A connection to a simulated environment."""

    own: ActionContext
    account: FluentsAccount

    async def do(self, action: str, /, **params: Any) -> dict[str, Any]:
        """What the action gives."""
        return await perform(self.own, action, **params)

    async def verify(self, action: str, /, **params: Any) -> dict[str, Any] | None:
        """What is found when nobody knows whether it happened."""
        found = ACTIONS[action]
        assert found.verify
        output = await found.verify(self.own, found.params.model_validate(params))
        return None if output is None else output.model_dump(mode="json")


@asynccontextmanager
async def desk(call: str = "", **options: Any) -> AsyncIterator[Desk]:
    app = build_sandbox(SandboxSettings(**options))
    to = connection("fluents", base_url=f"http://sandbox{FLUENTS_BASE}", key="fluents_sandbox", defaults=DEFAULTS)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
        event = Event(id="evt_1", kind="transcript", call=Call(id=call))
        yield Desk(context(http, "fluents", to=to, event=event), app.state.sandbox.world.fluents)
    await app.state.sandbox.close()
