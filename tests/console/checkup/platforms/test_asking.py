from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.checkup.platforms import asking
from console.checkup.platforms.asking import Visit
from store.client import Store
from tests.console.checkup.platforms.support import NAMES, Played, played
from tests.ports import free_port
from workers.actions.ports.gates import key_gate


@pytest.fixture
async def far(tmp_path: Path, store: Store, store_url: str) -> AsyncIterator[Played]:
    async with played(tmp_path, store_url) as found:
        yield found


async def test_every_platform_is_asked_and_takes_its_key(far: Played) -> None:
    found = await far.found()
    assert {name: found[f"{name} key"].level for name in NAMES} == dict.fromkeys(NAMES, "ok")
    assert {name: found[f"{name} webhooks"].level for name in NAMES} == dict.fromkeys(NAMES, "ok")
    assert found["fluents_desk webhooks"].text == "posting here: webhook Hookswitch"


async def test_a_refused_key_is_an_error_that_says_which_variable_to_set(far: Played) -> None:
    found = await far.found(FRONT_DESK_API_KEY="fl_live_expired-long-ago", VAPI_DESK_API_KEY="vapi-expired")
    refused = found["front_desk key"]
    assert (refused.level, refused.text) == (
        "error", "refused: Flireo answered 401: Invalid or missing API key",
    )  # fmt: skip
    assert "set FRONT_DESK_API_KEY for the workers" in refused.advice
    assert found["front_desk_g2 key"].level == found["vapi_desk key"].level == "error"
    assert "front_desk webhooks" not in found
    assert found["fluents_desk key"].level == "ok"
    assert "expired" not in repr(found)


@pytest.mark.parametrize(
    ("fault", "level", "text"),
    [
        ("too_many_requests", "warning", "limited: Vapi answered 429"),
        ("server_error", "warning", "the platform is in trouble: Vapi answered 5"),
        ("reset_before", "error", "the platform is not reached: 127.0.0.1: R"),
    ],
)
async def test_what_goes_wrong_on_the_platform_is_told_apart(far: Played, fault: str, level: str, text: str) -> None:
    far.fault(fault, "/vapi/*")
    found = (await far.found())["vapi_desk key"]
    assert (found.level, found.text.startswith(text), bool(found.advice)) == (level, True, True), found


async def test_a_platform_that_hangs_is_not_waited_for(far: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "EACH", 0.3)
    far.only("vapi_desk")
    far.fault("slow", "/vapi/*", seconds=600)
    async with asyncio.timeout(60):
        (found,) = await far.findings()
    assert (found.about, found.level) == ("vapi_desk key", "error")
    assert "not reached" in found.text


async def test_webhooks_that_cannot_be_read_are_no_reason_to_doubt_the_key(far: Played) -> None:
    far.fault("server_error", "/fluents/v1/webhooks/list")
    found = await far.found()
    assert (found["fluents_desk key"].level, found["fluents_desk webhooks"].level) == ("ok", "warning")
    assert found["fluents_desk webhooks"].text.startswith("cannot be read: Fluents answered 5")


async def test_a_wrong_address_is_told_from_a_wrong_key(far: Played) -> None:
    nobody = await far.found(SANDBOX_URL=f"http://127.0.0.1:{free_port()}")
    assert "not reached, nothing was sent" in nobody["front_desk key"].text
    assert "api.base_url of front_desk" in nobody["front_desk key"].advice
    elsewhere = await far.found(SANDBOX_URL=f"{far.url}/nowhere")
    assert elsewhere["front_desk key"].text.startswith("nothing is there: Flireo answered 404")
    assert (await far.found(SANDBOX_URL="no-address"))["front_desk key"].level == "error"


async def test_a_full_limit_of_ours_is_no_answer_of_the_platform(far: Played, store: Store) -> None:
    gate = key_gate(Visit(store.rates), "Flireo", far.environ["FRONT_DESK_API_KEY"], 100)
    await gate.rest(60.0)
    found = (await far.found())["front_desk key"]
    assert (found.level, found.text.startswith("not tried: no place in Flireo's 100 requests a minute")) == (
        "warning", True,
    )  # fmt: skip


async def test_without_a_store_keys_are_tried_all_the_same(far: Played) -> None:
    far.store_url = f"redis://127.0.0.1:{free_port()}"
    assert (await far.found())["front_desk key"].level == "ok"


async def test_who_has_no_key_or_no_known_api_is_not_asked(far: Played) -> None:
    connections = (
        "connections:\n"
        "  bare: {provider: flireo, generation: g3, api: {base_url: http://127.0.0.1}}\n"
        '  off: {provider: flireo, generation: g3, api: {key: "${NOT_SET}"}}\n'
        "  any: {provider: generic, auth: [{scheme: none}], api: {base_url: http://127.0.0.1, key: k}, mapping: {}}\n"
    )
    (far.folder / "connections.yaml").write_text(connections)
    assert await far.findings() == []
    (far.folder / "connections.yaml").write_text("connections: [")
    assert await far.findings() == []
