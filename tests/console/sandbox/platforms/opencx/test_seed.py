from __future__ import annotations

from console.sandbox.platforms.opencx.seed import opencx_account


def test_every_reset_begins_with_the_same() -> None:
    first = opencx_account()
    first.agents[0]["name"] = "Changed"
    first.contacts.clear()
    assert opencx_account() == opencx_account()
    assert opencx_account().agents[0]["name"] == "Front desk"


def test_there_is_something_of_everything() -> None:
    held = opencx_account()
    assert all(held.kept(what) for what in ("agents", "voices", "contacts", "sequences", "workflows", "actions"))
    assert {each["is_active"] for each in held.workflows} == {True, False}
