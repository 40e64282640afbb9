from __future__ import annotations

from pathlib import Path

from console.checkup.platforms.hooks import Settings, read_settings
from console.sandbox import seed
from store.client import Store
from tests.console.checkup.platforms.support import PUBLIC, played
from tests.workers.clients.support import Platform, session
from workers.clients.flireo.first import FlireoFirst
from workers.clients.vapi.client import VapiApi


async def test_what_each_account_shows_is_found(tmp_path: Path, store: Store, store_url: str) -> None:
    async with played(tmp_path, store_url) as far:
        world = far.sandbox.world
        day = world.flireo.assistants[seed.DAY_DESK]
        day.webhook_url, day.webhook_events = "https://old.example/hooks/front_desk", ["status-update"]
        night = world.flireo.assistants[seed.NIGHT_DESK]
        night.webhook_url, night.webhook_events = f"{PUBLIC}/hooks/front_desk", ["status-update"]
        night.name = "Night +31612340001"
        number = world.vapi.numbers[seed.VAPI_MAIN_NUMBER]
        world.vapi.numbers[number.id] = number.model_copy(
            update={"server": {"url": "https://old.example/hooks/vapi_desk"}}
        )
        world.fluents.webhooks[0]["subscriptions"] = ["event_transcript"]
        world.fluents.actions[0]["config"]["url"] = f"{PUBLIC}/hooks/fluents_desk/tools"
        world.fluents.agents[0]["webhook"] = None
        world.fluents.agents[0]["context_endpoint"] = f"{PUBLIC}/hooks/fluents_desk"
        agent = world.opencx.agents[0]
        agent["data_collection_webhook_url"] = f"{PUBLIC}/hooks/opencx_desk/wrong-t0ken/data"
        for kind in ("tool-calls", "call-ended"):
            far.rule(kind)
        told = {(each.about, each.text) for each in await far.findings() if each.level != "ok"}
    old = "leads to https://old.example, and HOOKSWITCH_PUBLIC_URL is https://hooks.example.com"
    listen, nowhere = "which rules listen to", "leads to a path of the connection that there is not"
    door = "leads to the connection itself, not to its door for context"
    token = "has a path token that is none of the connection's: everything is refused with 401"
    assert told == {
        ("front_desk webhooks", f"webhook_url of assistant Day desk {old}"),
        ("front_desk webhooks", f"webhook_events of assistant Night [number] leaves out tool-calls, {listen}"),
        ("vapi_desk webhooks", f"server.url of number Main line {old}"),
        ("fluents_desk webhooks", "webhook Hookswitch leads here, and no agent has it: it sends nothing"),
        ("fluents_desk webhooks", f"subscriptions of webhook Hookswitch leaves out call-ended, {listen}"),
        ("fluents_desk webhooks", f"config.url of action Look up order {nowhere}"),
        ("fluents_desk webhooks", f"context_endpoint of agent Day desk {door}"),
        ("opencx_desk webhooks", f"data_collection_webhook_url of agent {agent['name']} {token}"),
    }  # fmt: skip


async def test_an_assistant_of_vapi_without_a_list_sends_the_usual() -> None:
    assistants = [
        {"id": "a1", "name": "One", "server": {"url": "https://x.example"}, "serverMessages": ["hang", 7]},
        {"id": "a2", "serverUrl": "https://y.example"},
    ]
    platform = Platform({"GET /phone-number": [], "GET /assistant": assistants})
    one, two = (await read_settings(VapiApi(session(platform)))).hooks
    assert (one.owner, one.url, one.events) == ("assistant One", "https://x.example", frozenset({"hang", "7"}))
    assert (two.owner, two.url) == ("assistant a2", "https://y.example")
    assert "tool-calls" in (two.events or ())
    assert "transcript" not in (two.events or ())


async def test_the_first_generation_of_flireo_shows_none() -> None:
    platform = Platform({})
    assert await read_settings(FlireoFirst(session(platform))) == Settings(
        otherwise="the API of generation one shows no webhook"
    )
    assert platform.seen == []
