from __future__ import annotations

import re
from typing import Any

import pytest

from store.tallies import Tallies
from tests.console.test_missed import FOUND, MISSED, REFUSED
from tests.console.web.pages.support import CONNECTIONS, House, asked


async def test_a_connection_tells_how_it_does(desk: House) -> None:
    await Tallies(desk.store.redis).add({
        ("event", "desk", "flireo", "tool-calls", "stored"): 41, ("event", "desk", "flireo", "message", "duplicate"): 1,
        ("answer", "desk", "tool-calls", "fallback"): 3, ("answer", "desk", "tool-calls", "rule"): 20,
        ("refused", "desk", "unproven"): 5, ("event", "other", "flireo", "message", "stored"): 99,
    })  # fmt: skip
    await desk.store.reconciles.keep_last({"desk": FOUND | {"at": "2026-03-01T09:00:00+00:00"}})
    row = (await desk.see("/connections")).split('id="desk"')[1].split("</tr>")[0]
    assert all(f">{number}<" in row for number in (41, 5, 23, 3))
    text = await desk.see("/connections/desk")
    assert "did not prove who sent it" in text
    assert ">2, 2 recovered<" in row
    assert re.findall(r"<dt>Of them recovered</dt><dd>(\d)</dd>", text) == ["2"]
    assert "status-update was not received of 2 call(s)" in text


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (MISSED, "1 could not be recovered: no answer"),
        (REFUSED, "could not be compared at 2026-03-01 09:00 UTC: the key was refused"),
        (None, "hookswitch reconcile --connection desk"),
    ],
)
async def test_what_the_last_comparison_found(desk: House, found: dict[str, Any] | None, said: str) -> None:
    if found:
        call = {"call": "call-+31612345678-1", "ended_at": None, "event": "", "why": "no answer"}
        await desk.store.reconciles.keep_last({"desk": found | {"at": "2026-03-01T09:00:00", "calls": [call]}})
    text = await desk.see("/connections/desk")
    assert said in text
    assert "+31612345678" not in text


async def test_it_says_how_to_set_the_webhook(desk: House) -> None:
    text = await desk.see("/connections/desk")
    assert "https://YOUR-HOST/hooks/desk" in text
    assert "webhook_secret" in text
    assert "docs/connect-flireo.md" in text


async def test_what_came_in_last_is_there(desk: House) -> None:
    await desk.handled(asked())
    assert "/events/evt_1" in await desk.see("/connections/desk")
    await desk.see("/connections/nobody", 404)


async def test_no_secret_is_looked_up(desk: House, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("DESK_SECRET", "very-secret-indeed")
    for path in ("/connections", "/connections/desk"):
        assert "very-secret-indeed" not in await desk.see(path)


async def test_a_file_that_cannot_be_read_says_so(desk: House) -> None:
    (desk.folder / "connections.yaml").write_text("connections: [")
    assert "is not YAML" in await desk.see("/connections")


async def test_a_connection_whose_proof_is_nothing_stands_out(desk: House) -> None:
    file = desk.folder / "connections.yaml"
    file.write_text("connections: {desk: {provider: flireo, generation: g3, auth: [{scheme: none}]}}\n")
    assert "Anybody can post to it" in await desk.see("/connections/desk")


async def test_a_key_that_its_platform_refuses_stands_out(desk: House) -> None:
    assert "API key refused" not in await desk.see("/connections")
    await Tallies(desk.store.redis).add({("api", "desk", "flireo", "401"): 3, ("api", "other", "vapi", "403"): 9})
    assert "API key refused" in (await desk.see("/connections")).split('id="desk"')[1].split("</tr>")[0]
    text = await desk.see("/connections/desk")
    assert "3 calls to its API were refused" in text
    assert "hookswitch doctor" in text
    assert "hookswitch dead retry --all --reason 401" in text
    assert "desk key" in await desk.see("/system/examined")


async def test_a_webhook_secret_that_has_ended_says_so_and_what_to_do(desk: House) -> None:
    file = desk.folder / "connections.yaml"
    file.write_text(CONNECTIONS.replace('"${DESK_SECRET}"', '"${DESK_SECRET}", not_after: "2026-01-31T00:00:00Z"'))
    assert "secret has ended" in await desk.see("/connections")
    text = await desk.see("/connections/desk")
    assert "ended at 2026-01-31 00:00 UTC: every delivery is refused with 401" in text
    assert "Add an auth entry with the new secret" in text
    assert "no other holds: every delivery is refused with 401" in await desk.see("/system/examined")
