from __future__ import annotations

import pytest

from console.sandbox.platforms.fluents.seed import FLUENTS_ACTION
from tests.workers.actions.platforms.fluents.support import desk
from tests.workers.clients.support import said_by
from workers.clients.errors import Invalid, NotFound

SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
CONFIG = {"name": "look_up", "description": "Looks up", "url": "https://hooks.example.com/x", "input_schema": {}}


async def test_actions_are_listed_and_shown_without_their_secret() -> None:
    async with desk() as own:
        (listed,) = (await own.do("fluents.action.list"))["actions"]
        shown = await own.do("fluents.action.get", action=FLUENTS_ACTION)
        assert listed == shown
        assert (shown["type"], shown["raw"]["config"]["signature_secret"]) == ("action_external", "[redacted]")
        assert SECRET not in said_by(own.own)


async def test_an_action_is_made_and_changed() -> None:
    async with desk() as own:
        made = await own.do("fluents.action.create", type="action_external", config=CONFIG, label="Look up")
        kept = own.account.actions[1]
        assert (kept["id"], kept["label"], kept["config"]["url"]) == (made["id"], "Look up", CONFIG["url"])
        assert kept["config"]["signature_secret"] not in str(made) + said_by(own.own)
        await own.do("fluents.action.update", action=made["id"], set={"label": None})
        assert own.account.actions[1]["label"] is None


async def test_what_was_shown_is_not_sent_back() -> None:
    async with desk() as own:
        shown = await own.do("fluents.action.get", action=FLUENTS_ACTION)
        with pytest.raises(Invalid, match="as Fluents showed it"):
            await own.do("fluents.action.update", action=FLUENTS_ACTION, set={"config": shown["raw"]["config"]})
        assert own.account.actions[0]["config"]["signature_secret"] == SECRET


async def test_an_action_is_removed_and_looked_for() -> None:
    async with desk() as own:
        assert await own.verify("fluents.action.delete", action=FLUENTS_ACTION) is None
        assert await own.do("fluents.action.delete", action=FLUENTS_ACTION) == {"id": FLUENTS_ACTION}
        assert await own.verify("fluents.action.delete", action=FLUENTS_ACTION) == {"id": FLUENTS_ACTION}
        with pytest.raises(NotFound):
            await own.do("fluents.action.delete", action=FLUENTS_ACTION)
