"""Places calls and keeps them: each one is played as a task of its own."""

from __future__ import annotations

import asyncio
import secrets
import uuid

from console.dev.setup import PLAYED
from console.sandbox.courier import Target, Webhook
from console.sandbox.livecall import LiveCall, wall_clock
from console.sandbox.manners import Speaker
from console.sandbox.phone import Play, Surroundings
from console.sandbox.platforms.fluents.signing import FluentsTarget
from console.sandbox.platforms.opencx.signing import OpenCXTarget
from console.sandbox.platforms.vapi.signing import VapiTarget
from console.sandbox.record import CallRecord
from console.sandbox.script import Generation, Script
from console.sandbox.settings import SandboxSettings
from console.sandbox.world import FlireoAssistant


class NoWebhook(Exception):
    """No webhook is set for this generation or platform; `variable` is the setting that names it."""

    def __init__(self, whose: str) -> None:
        self.variable = f"HOOKSWITCH_SANDBOX_{whose.upper()}_URL"
        wanted = f"call a connection {PLAYED[whose]} in the connections file and start `hookswitch dev` again"
        super().__init__(f"no webhook is set for {whose}: {wanted}, or set {self.variable}")


def account_target(settings: SandboxSettings, generation: Generation) -> Target:
    """The account's webhook for this generation; raises NoWebhook."""
    targets = {
        "g1": Target("g1", settings.g1_url),
        "g2": Target("g2", settings.g2_url, settings.g2_secret.get_secret_value()),
        "g3": Target("g3", settings.g3_url, settings.g3_secret.get_secret_value()),
    }
    if not targets[generation].url:
        raise NoWebhook(generation)
    return targets[generation]


def call_target(settings: SandboxSettings, generation: Generation, assistant: FlireoAssistant | None) -> Target:
    """The assistant's own webhook where it has one, else the account's; raises NoWebhook."""
    if generation != "g1" and assistant and assistant.webhook_url:
        return Target(generation, assistant.webhook_url, assistant.webhook_secret or "")
    return account_target(settings, generation)


def vapi_target(settings: SandboxSettings) -> VapiTarget:
    """The webhook of the Vapi account; raises NoWebhook."""
    if not settings.vapi_url:
        raise NoWebhook("vapi")
    return VapiTarget(settings.vapi_url, settings.vapi_auth, settings.vapi_secret.get_secret_value())


def fluents_target(settings: SandboxSettings) -> FluentsTarget:
    """The webhook, the actions and the context endpoint of the Fluents account; raises NoWebhook."""
    if not settings.fluents_url:
        raise NoWebhook("fluents")
    secret = settings.fluents_secret.get_secret_value()
    return FluentsTarget(settings.fluents_url, secret, settings.fluents_events, settings.fluents_context)


def opencx_target(settings: SandboxSettings) -> OpenCXTarget:
    """The webhook, the actions and the place for collected data of the OpenCX organisation; raises NoWebhook."""
    if not settings.opencx_url:
        raise NoWebhook("opencx")
    return OpenCXTarget(
        settings.opencx_url,
        settings.opencx_secret.get_secret_value(),
        settings.opencx_token.get_secret_value(),
        settings.opencx_data_url,
        settings.opencx_family,
        settings.opencx_actions,
        settings.opencx_haste,
    )


def target_of(settings: SandboxSettings, script: Script, assistant: Speaker | None) -> Webhook:
    """Where the events of this call go; raises NoWebhook."""
    if script.platform == "vapi":
        return vapi_target(settings)
    if script.platform == "fluents":
        return fluents_target(settings)
    if script.platform == "opencx":
        return opencx_target(settings)
    return call_target(settings, script.generation, assistant if isinstance(assistant, FlireoAssistant) else None)


def new_call_id(generation: Generation, customer: str) -> str:
    """Opaque, and of another make in generation three: that one needs percent-encoding in a path."""
    return f"call-_{customer}_{secrets.token_hex(4)}" if generation == "g3" else str(uuid.uuid4())


class Exchange:
    """All calls since the last reset, the newest last."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._tasks: set[asyncio.Task[None]] = set()
        self.calls: dict[str, LiveCall] = {}

    def ring(self, script: Script) -> LiveCall:
        """Somebody calls one of our numbers. Raises NoWebhook."""
        account = self._around.accounts[script.platform]
        number = account.number_called(script.to)
        assistant = account.assistants.get((number and number.assistant_id) or "")
        return self._place(script, assistant, "inbound", script.from_, number.id if number else "")

    def dial(self, script: Script, assistant: Speaker, number_id: str, name: str = "") -> LiveCall:
        """An assistant calls somebody. Raises NoWebhook."""
        return self._place(script, assistant, "outbound", script.to, number_id, name)

    async def clear(self) -> None:
        """Break off every call and forget all of them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.calls.clear()

    def _place(
        self,
        script: Script,
        assistant: Speaker | None,
        direction: str,
        customer: str,
        number_id: str,
        name: str = "",
    ) -> LiveCall:
        target = target_of(self._around.settings, script, assistant)
        record = CallRecord.model_validate(
            {
                "id": new_call_id(script.generation if script.platform == "flireo" else "g2", customer),
                "platform": script.platform,
                "name": name,
                "generation": script.generation,
                "direction": direction,
                "from": script.from_,
                "to": script.to,
                "assistant_id": assistant.id if assistant else None,
                "assistant_name": assistant.name if assistant else "",
                "placed_at": wall_clock(),
            }
        )
        call = LiveCall(record, asyncio.get_running_loop().time, number_id)
        self.calls[record.id] = call
        self._start(call, Play(call, script, target, assistant, self._around))
        return call

    def _start(self, call: LiveCall, play: Play) -> None:
        task = asyncio.get_running_loop().create_task(play.run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: call.finished())
