from __future__ import annotations

import pytest
from pydantic import ValidationError

from console.sandbox.platforms.fluents.seed import FLUENTS_DAY_AGENT, FLUENTS_WEBHOOK
from tests.workers.actions.platforms.fluents.support import desk

URL = "https://hooks.example.com/hooks/fluents_desk/t0ken"


async def test_a_webhook_is_made_and_given_to_an_agent() -> None:
    async with desk() as own:
        made = await own.do("fluents.webhook.create", url=URL, subscriptions=["event_transcript"])
        assert (made["url"], made["subscriptions"]) == (URL, ["event_transcript"])
        assert own.account.webhooks[1]["method"] == "POST"
        await own.do("agent.update", agent=FLUENTS_DAY_AGENT, set={"webhook": made["id"]})
        assert own.account.agents[0]["webhook"] == made["id"]
        assert (await own.do("fluents.webhook.list"))["count"] == 2


async def test_a_webhook_is_changed_and_removed() -> None:
    async with desk() as own:
        changed = await own.do("fluents.webhook.update", webhook=FLUENTS_WEBHOOK, set={"url": URL})
        assert changed["url"] == URL
        assert await own.verify("fluents.webhook.delete", webhook=FLUENTS_WEBHOOK) is None
        await own.do("fluents.webhook.delete", webhook=FLUENTS_WEBHOOK)
        assert await own.verify("fluents.webhook.delete", webhook=FLUENTS_WEBHOOK) == {"id": FLUENTS_WEBHOOK}


async def test_a_webhook_without_events_is_none() -> None:
    async with desk() as own:
        with pytest.raises(ValidationError):
            await own.do("fluents.webhook.create", url=URL, subscriptions=[])
