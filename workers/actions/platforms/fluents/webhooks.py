"""Fluents' webhooks: where the events of an agent go. A webhook belongs to the agents that name it."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.platforms.fluents.common import (
    FLUENTS,
    RAW,
    SET,
    Listed,
    ListParams,
    Removed,
    Set,
    client_of,
    given,
    removed,
    texts,
)
from workers.actions.ports.base import raw
from workers.clients.base import text
from workers.clients.fluents import models


class WebhookParams(Params):
    """Which webhook."""

    webhook: str = Field(min_length=1, description="the webhook's id")


class WebhookUpdateParams(WebhookParams):
    """What to change about a webhook."""

    set: Set = Field(min_length=1, description=SET)


class WebhookCreateParams(Params):
    """A new webhook."""

    url: str = Field(min_length=1, description="where the events go")
    subscriptions: list[str] = Field(min_length=1, description="the events, such as event_transcript")
    label: str = Field("", description="what people call it")
    description: str = Field("", description="what it is for")


class Webhook(Output):
    """Where events go."""

    id: str = Field("", description="the webhook's id")
    label: str = Field("", description="what people call it")
    url: str = Field("", description="where the events go")
    subscriptions: list[str] = Field(default_factory=list, description="the events, such as event_transcript")
    raw: dict[str, Any] = Field(default_factory=dict, description=RAW)


class WebhookList(Listed):
    """Some webhooks."""

    webhooks: list[Webhook] = Field(
        default_factory=list, description="the webhooks, each as fluents.webhook.create gives it"
    )


@action("fluents.webhook.list", in_doubt="repeat", platforms=FLUENTS)
async def webhook_list(context: ActionContext, params: ListParams) -> WebhookList:
    """List the webhooks."""
    listing = await client_of(context).webhooks.all()
    found = [_webhook(each) for each in listing.items]
    return WebhookList(webhooks=found, count=len(found), complete=listing.complete)


@action("fluents.webhook.create", in_doubt="park", platforms=FLUENTS)
async def webhook_create(context: ActionContext, params: WebhookCreateParams) -> Webhook:
    """Save a new webhook; `agent.update` with `set: { webhook: ID }` then gives it to an agent."""
    return _webhook(await client_of(context).webhooks.create({"method": "POST", **given(params)}))


@action("fluents.webhook.update", in_doubt="repeat", platforms=FLUENTS)
async def webhook_update(context: ActionContext, params: WebhookUpdateParams) -> Webhook:
    """Change a webhook for every agent that names it."""
    return _webhook(await client_of(context).webhooks.update(params.webhook, params.set))


async def _deleted(context: ActionContext, params: WebhookParams) -> Removed | None:
    return await removed(client_of(context).webhooks, params.webhook)


@action("fluents.webhook.delete", in_doubt="verify", platforms=FLUENTS, verify=_deleted)
async def webhook_delete(context: ActionContext, params: WebhookParams) -> Removed:
    """Remove a webhook for good."""
    await client_of(context).webhooks.delete(params.webhook)
    return Removed(id=params.webhook)


def _webhook(webhook: models.Webhook) -> Webhook:
    return Webhook(
        id=text(webhook.id),
        label=text(webhook.label),
        url=text(webhook.url),
        subscriptions=texts(webhook.subscriptions),
        raw=raw(webhook),
    )


WEBHOOK_ACTIONS = (webhook_list, webhook_create, webhook_update, webhook_delete)
