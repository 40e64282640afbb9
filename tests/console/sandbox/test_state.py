from __future__ import annotations

from console.sandbox.faults import Fault
from console.sandbox.script import Script
from console.sandbox.seed import fresh_world
from tests.console.sandbox.support import box, virtually


def test_a_reset_is_a_new_beginning() -> None:
    async def story() -> None:
        async with box() as around:
            sandbox = around.sandbox
            call = sandbox.exchange.ring(Script())
            sandbox.faults.add(Fault(kind="slow"))
            sandbox.options.pace = 9
            await around.http.post("/crm/notes", json={})
            await sandbox.reset()
            assert call.record.done
            assert (sandbox.exchange.calls, list(sandbox.ledger), sandbox.faults.pending()) == ({}, [], [])
            assert (sandbox.options.pace, sandbox.world) == (1, fresh_world())

    virtually(story())


def test_after_a_reset_calls_live_in_the_new_world() -> None:
    async def story() -> list[str]:
        async with box() as around:
            await around.sandbox.reset()
            next(iter(around.sandbox.world.flireo.assistants.values())).first_message = "New here."
            return (await around.call()).heard()

    assert virtually(story())[0] == "New here."
