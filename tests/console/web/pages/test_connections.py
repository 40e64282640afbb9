from __future__ import annotations

from store.tallies import Tallies
from tests.console.web.pages.support import House, asked


async def test_a_connection_tells_how_it_does(desk: House) -> None:
    await Tallies(desk.store.redis).add({
        ("event", "desk", "flireo", "tool-calls", "stored"): 41, ("event", "desk", "flireo", "message", "duplicate"): 1,
        ("answer", "desk", "tool-calls", "fallback"): 3, ("answer", "desk", "tool-calls", "rule"): 20,
        ("refused", "desk", "unproven"): 5, ("event", "other", "flireo", "message", "stored"): 99,
    })  # fmt: skip
    await desk.store.reconciles.keep_last({"desk": {"at": "2026-03-01T09:00:00", "known": 8, "recovered": 6}})
    row = (await desk.see("/connections")).split('id="desk"')[1].split("</tr>")[0]
    assert all(f">{number}<" in row for number in (41, 5, 23, 3))
    text = await desk.see("/connections/desk")
    assert "did not prove who sent it" in text
    assert "events recovered <strong>6</strong>" in text


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
