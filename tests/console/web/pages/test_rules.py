from __future__ import annotations

import pytest

from store.tallies import Tallies
from tests.console.web.pages.support import House, asked


async def test_every_rule_stands_in_the_list_with_its_figures(desk: House) -> None:
    await Tallies(desk.store.redis).add({
        ("rule", "others", "ran"): 7, ("rule", "others", "not_matched"): 3, ("rule", "others", "error"): 2,
        ("rule_seconds", "others", "0.1"): 7,
    })  # fmt: skip
    text = await desk.see("/rules")
    for name in ("look_up", "others", "night"):
        assert f"/rules/{name}" in text
    row = text.split("/rules/others")[1].split("</tr>")[0]
    for told in (">7<", ">3<", ">2<", "100 ms"):
        assert told in row


async def test_a_rule_shows_its_file_and_what_it_did(desk: House) -> None:
    await desk.handled(asked())
    text = await desk.see("/rules/others")
    assert "Everybody else." in text
    assert "answer: { result: Who are you? }" in text
    assert "/events/evt_1" in text
    await desk.see("/rules/nobody", 404)
    await desk.see("/rules/..%2fconnections", 404)


async def test_a_file_with_a_mistake_has_a_caret_under_it(desk: House) -> None:
    (desk.rules / "wrong.yaml").write_text(
        "description: x\non: assistant-request\nif: call.form == 1\nanswer: {reject: 1}\n"
    )
    assert "finding" in (await desk.see("/rules")).split("/rules/wrong")[1].split("</tr>")[0]
    text = await desk.see("/rules/wrong")
    assert "if: call.form == 1" in text
    assert '<span class="bad">        ^</span>' in text or "^</span>" in text


async def test_a_rule_is_paused_and_goes_on(desk: House) -> None:
    text = await desk.send("/pause", on="/rules/others", scope="rule:others", why=" too  eager ")
    assert "rule others is paused" in text
    assert "too eager" in text
    assert (await desk.store.pauses.all())["rule:others"].why == "too eager"
    assert "paused" in (await desk.see("/rules")).split("/rules/others")[1].split("</tr>")[0]
    assert "rule others goes on" in await desk.send("/resume", on="/rules/others", scope="rule:others")
    assert "was not paused" in await desk.send("/resume", on="/rules/others", scope="rule:others")
    assert await desk.deeds() == ["resume rule:others", "pause rule:others"]


async def test_everything_and_a_connection_can_be_paused(desk: House) -> None:
    assert "Everything is paused by" in await desk.send("/pause", on="/rules", scope="all")
    await desk.send("/pause", on="/connections/desk", scope="connection:desk")
    assert set(await desk.store.pauses.all()) == {"all", "connection:desk"}


@pytest.mark.parametrize("scope", ["", "rule:nobody", "connection:nobody", "\0", "rule:"])
async def test_what_is_not_there_is_not_paused(desk: House, scope: str) -> None:
    response = await desk.browser.send("/pause", on="/rules", scope=scope)
    assert response.status_code == 404
    assert await desk.store.pauses.all() == {}
    assert await desk.deeds() == []


async def test_a_folder_that_is_not_there_says_so(desk: House) -> None:
    for path in desk.rules.iterdir():
        path.unlink()
    desk.rules.rmdir()
    assert "not a folder" in await desk.see("/rules")
