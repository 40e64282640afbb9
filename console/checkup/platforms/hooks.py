"""Where a platform posts, as its own API shows it: what each platform has of it, and how it is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from receiver.providers import PROVIDERS
from workers.clients.base import ApiClient, ref_id, text
from workers.clients.flireo.first import FlireoFirst
from workers.clients.flireo.later import FlireoLater
from workers.clients.fluents import models as fluents
from workers.clients.fluents.client import Fluents
from workers.clients.opencx.client import OpenCx
from workers.clients.redact import fit_for_a_trace
from workers.clients.vapi.client import VapiApi

_LONGEST_NAME = 40


@dataclass(frozen=True)
class Hook:
    """One place on a platform where an address to post to is written, or may be."""

    owner: str
    """Whose it is, such as `assistant Day desk`."""
    field: str
    url: str
    door: str = ""
    """Which door of a connection it must lead to."""
    unsigned: bool = False
    """Whether a token in the address is all the proof there can be."""
    events: frozenset[str] | None = None
    """The platform's names of the events that are sent; None where that is not told."""
    subscribed: str = ""
    """The field that says so."""
    idle: str = ""
    """Why nothing is sent although it leads somewhere."""


@dataclass(frozen=True)
class Settings:
    """What an account tells of its webhooks."""

    hooks: tuple[Hook, ...] = ()
    otherwise: str = ""
    """What counts where no address is written, or what its API does not show."""
    subscribable: frozenset[str] = frozenset()
    """The names of events that a list of subscriptions can have."""
    complete: bool = True


def _called(kind: str, *names: Any) -> str:
    """A thing by the first of its names that it has, without the numbers people put in there."""
    named = next((text(name).strip() for name in names if text(name).strip()), "?")
    return f"{kind} {fit_for_a_trace(named)[:_LONGEST_NAME]}"


def _names(value: Any) -> frozenset[str] | None:
    return frozenset(map(text, value)) - {""} if isinstance(value, list) else None


async def _flireo_first(_api: FlireoFirst) -> Settings:
    return Settings(otherwise="the API of generation one shows no webhook")


async def _flireo(api: FlireoLater) -> Settings:
    listing = await api.assistants()
    hooks = tuple(
        Hook(
            _called("assistant", each.name, each.id), "webhook_url", text(each.webhook_url),
            events=_names(each.webhook_events), subscribed="webhook_events",
        )
        for each in listing.items
    )  # fmt: skip
    account = "an assistant without webhook_url posts to the account's webhook, which the API does not show"
    return Settings(hooks, account, frozenset(PROVIDERS["flireo"].kinds), listing.complete)


async def _fluents(api: Fluents) -> Settings:
    webhooks, agents, actions = await api.webhooks.all(), await api.agents.all(), await api.actions.all()
    attached = {ref_id(each.webhook) for each in agents.items}
    hooks = [
        *(_fluents_webhook(each, attached) for each in webhooks.items),
        *(_fluents_context(each) for each in agents.items if text(each.context_endpoint)),
        *(_fluents_tool(each) for each in actions.items if each.type == "action_external"),
    ]
    names = frozenset(name for name in PROVIDERS["fluents"].kinds if name.startswith("event_"))
    complete = webhooks.complete and agents.complete and actions.complete
    return Settings(tuple(hooks), "an agent without a webhook tells nothing", names, complete)


def _fluents_webhook(webhook: fluents.Webhook, attached: Iterable[str]) -> Hook:
    return Hook(
        _called("webhook", webhook.label, webhook.id), "url", text(webhook.url), unsigned=True,
        events=_names(webhook.subscriptions), subscribed="subscriptions",
        idle="" if text(webhook.id) in attached else "no agent has it",
    )  # fmt: skip


def _fluents_context(agent: fluents.Agent) -> Hook:
    owner = _called("agent", agent.label, agent.name, agent.id)
    return Hook(owner, "context_endpoint", text(agent.context_endpoint), "context", unsigned=True)


def _fluents_tool(action: fluents.Action) -> Hook:
    return Hook(_called("action", action.label, action.id), "config.url", _member(action.config, "url"), "tools")


async def _opencx(api: OpenCx) -> Settings:
    agents = await api.agents()
    hooks = tuple(
        Hook(_called("agent", each.name, each.id), "data_collection_webhook_url", url, "data", unsigned=True)
        for each in agents.items
        if (url := text(each.data_collection_webhook_url))
    )
    hidden = "its API shows neither the webhook (Settings → Integrations → Webhooks) nor a list of actions"
    return Settings(hooks, hidden, complete=agents.complete)


VAPI_USUAL = frozenset({
    "conversation-update", "end-of-call-report", "function-call", "hang", "speech-update", "status-update",
    "tool-calls", "transfer-destination-request", "handoff-destination-request", "user-interrupted",
    "assistant.started",
})  # fmt: skip
"""What is sent for an assistant without a list of its own."""
_VAPI_UNLISTED = frozenset({
    "assistant-request", "knowledge-base-request", "campaign.predial", "voice-request", "call.endpointing.request",
    "call.deleted", "call.delete.failed", "call.artifact.upload",
})  # fmt: skip
"""What is sent whatever the list says."""


async def _vapi(api: VapiApi) -> Settings:
    numbers, assistants = await api.numbers(), await api.assistants()
    hooks = [
        *(Hook(_called("number", each.name, each.id), "server.url", _server(each)) for each in numbers.items),
        *(
            Hook(
                _called("assistant", each.name, each.id), "server.url", _server(each),
                events=VAPI_USUAL if each.server_messages is None else _names(each.server_messages),
                subscribed="serverMessages",
            )
            for each in assistants.items
        ),
    ]  # fmt: skip
    organisation = "where neither assistant nor number has a server URL the organisation's counts, which is not shown"
    complete = numbers.complete and assistants.complete
    return Settings(tuple(hooks), organisation, frozenset(PROVIDERS["vapi"].kinds) - _VAPI_UNLISTED, complete)


def _server(thing: Any) -> str:
    """Where it posts; old set-ups have the address beside the server."""
    return _member(thing.server, "url") or text((thing.model_extra or {}).get("serverUrl"))


def _member(value: Any, name: str) -> str:
    return text(value.get(name)) if isinstance(value, Mapping) else ""


_READERS: tuple[tuple[type[ApiClient], Callable[[Any], Awaitable[Settings]]], ...] = (
    (FlireoFirst, _flireo_first),
    (FlireoLater, _flireo),
    (Fluents, _fluents),
    (OpenCx, _opencx),
    (VapiApi, _vapi),
)


async def read_settings(api: ApiClient) -> Settings:
    """What the account behind a client tells of its webhooks. Raises ApiError."""
    reader = next(reader for kind, reader in _READERS if isinstance(api, kind))
    return await reader(api)
