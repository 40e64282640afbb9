from __future__ import annotations

import pytest

from console.sandbox.platforms.fluents.seed import FLUENTS_NIGHT_AGENT, FLUENTS_PROMPT, FLUENTS_VOICE
from tests.workers.actions.platforms.fluents.support import desk
from tests.workers.clients.support import said_by
from workers.clients.errors import Invalid, NotFound

NEW = {"name": "Weekend desk", "prompt": FLUENTS_PROMPT, "voice": FLUENTS_VOICE}


async def test_an_agent_is_made_of_what_is_saved() -> None:
    async with desk() as own:
        made = await own.do("fluents.agent.create", **NEW, settings={"language": "nl"})
        kept = own.account.agents[2]
        assert (kept["id"], kept["name"], kept["language"], kept["actions"]) == (made["id"], "Weekend desk", "nl", [])
        assert "example-voice-key" not in str(made) + said_by(own.own)


async def test_an_agent_that_was_read_is_no_model_for_another() -> None:
    async with desk() as own:
        read = await own.do("agent.get", agent=FLUENTS_NIGHT_AGENT)
        with pytest.raises(Invalid, match="as Fluents showed it"):
            await own.do("fluents.agent.create", **NEW, settings={"webhook": None, "voice_copy": read["raw"]["voice"]})


async def test_a_prompt_that_is_not_there() -> None:
    async with desk() as own:
        with pytest.raises(NotFound, match="Prompt not found"):
            await own.do("fluents.agent.create", **(NEW | {"prompt": "none"}))


async def test_an_agent_is_removed_and_looked_for() -> None:
    async with desk() as own:
        assert await own.verify("fluents.agent.delete", agent=FLUENTS_NIGHT_AGENT) is None
        await own.do("fluents.agent.delete", agent=FLUENTS_NIGHT_AGENT)
        assert await own.verify("fluents.agent.delete", agent=FLUENTS_NIGHT_AGENT) == {"id": FLUENTS_NIGHT_AGENT}
        assert len(own.account.agents) == 1


async def test_voices_are_listed_without_their_keys() -> None:
    async with desk() as own:
        (voice,) = (await own.do("fluents.voice.list"))["voices"]
        assert (voice["id"], voice["label"]) == (FLUENTS_VOICE, "Warm voice")
        assert voice["raw"]["api_key"] == "[redacted]"
