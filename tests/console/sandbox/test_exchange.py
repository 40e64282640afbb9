from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from console.sandbox.exchange import (
    NoWebhook,
    account_target,
    call_target,
    fluents_target,
    new_call_id,
    opencx_target,
    target_of,
)
from console.sandbox.script import Script
from console.sandbox.settings import SandboxSettings
from console.sandbox.world import FlireoAssistant
from tests.console.sandbox.support import G2_URL, box, virtually

SETTINGS = SandboxSettings.model_validate({"g1_url": "http://one", "g3_url": "http://three", "g3_secret": "s"})


def test_targets() -> None:
    assert (account_target(SETTINGS, "g1").url, account_target(SETTINGS, "g1").secret) == ("http://one", "")
    assert (account_target(SETTINGS, "g3").url, account_target(SETTINGS, "g3").secret) == ("http://three", "s")


def test_a_missing_target_names_the_setting() -> None:
    with pytest.raises(NoWebhook, match="HOOKSWITCH_SANDBOX_G2_URL"):
        account_target(SETTINGS, "g2")


def test_each_platform_has_a_target() -> None:
    given = {"fluents_url": "http://four", "fluents_secret": "c2VjcmV0", "fluents_context": "POST"}
    settings = SandboxSettings.model_validate(given)
    target = fluents_target(settings)
    assert (target.url, target.secret, target.events, target.context) == ("http://four", "c2VjcmV0", "POST", "POST")
    assert target_of(settings, Script(platform="fluents"), None) == target
    with pytest.raises(NoWebhook, match="HOOKSWITCH_SANDBOX_FLUENTS_URL"):
        fluents_target(SETTINGS)


def test_the_assistants_own_webhook_comes_first() -> None:
    assistant = FlireoAssistant(id="a", name="A", webhook_url="http://own", webhook_secret="own-secret")
    assert call_target(SETTINGS, "g3", assistant).url == "http://own"
    assert call_target(SETTINGS, "g3", assistant).secret == "own-secret"
    assert call_target(SETTINGS, "g1", assistant).url == "http://one"


def test_ids_are_of_different_makes() -> None:
    third = new_call_id("g3", "+31612340001")
    assert third.startswith("call-_+31612340001_")
    assert quote(third, safe="") != third
    assert new_call_id("g2", "+31612340001").count("-") == 4


def test_clear_breaks_off_what_is_going_on() -> None:
    async def story() -> list[bool]:
        async with box() as around:
            call = around.sandbox.exchange.ring(Script.model_validate({"turns": [{"pause": 600}]}))
            await around.sandbox.exchange.clear()
            return [call.record.done, bool(around.sandbox.exchange.calls)]

    assert virtually(story()) == [True, False]


def test_ringing_and_dialling() -> None:
    async def story() -> list[tuple[str, str, str]]:
        async with box() as around:
            exchange, account = around.sandbox.exchange, around.sandbox.world.flireo
            rung = exchange.ring(Script())
            assistant = next(iter(account.assistants.values()))
            dialled = exchange.dial(Script(from_="+31850000001", to="+31612340001"), assistant, "n1")
            return [(call.record.direction, call.customer, call.number_id[:2]) for call in (rung, dialled)]

    assert virtually(story()) == [("inbound", "+31612340001", "0d"), ("outbound", "+31612340001", "n1")]


def test_an_outbound_call_asks_for_no_assistant() -> None:
    async def story() -> list[str]:
        async with box() as around:
            assistant = next(iter(around.sandbox.world.flireo.assistants.values()))
            script = Script(generation="g2", from_="+31850000001", to="+31612340001")
            call = around.sandbox.exchange.dial(script, assistant, "")
            await call.wait_done(60)
            assert all(f"http://receiver{got.path}" == G2_URL for got in around.receiver.got)
            return around.receiver.events()

    assert virtually(story()) == ["status-update", "tool-calls", "status-update", "end-of-call-report"]


def test_opencx_has_a_webhook_a_token_and_a_place_for_data() -> None:
    given: dict[str, Any] = {
        "opencx_url": "http://five",
        "opencx_secret": "c2VjcmV0",
        "opencx_token": "t",
        "opencx_haste": 0,
    }
    target = opencx_target(SandboxSettings(**given, opencx_data_url="http://five/token/data"))
    assert (target.url, target.token, target.data_url) == ("http://five", "t", "http://five/token/data")
    assert (
        target_of(SandboxSettings(**given), Script(platform="opencx"), None).outgoing("x", b"{}", 0).url
        == "http://five"
    )
    with pytest.raises(NoWebhook, match="OPENCX_URL"):
        opencx_target(SETTINGS)
