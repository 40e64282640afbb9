from __future__ import annotations

from console.sandbox.platforms.fluents.seed import FLUENTS_PROMPT
from tests.workers.actions.platforms.fluents.support import desk


async def test_a_prompt_is_listed_shown_and_changed() -> None:
    async with desk() as own:
        listed = await own.do("fluents.prompt.list")
        assert [(each["id"], each["content"]) for each in listed["prompts"]] == [(FLUENTS_PROMPT, "")]
        assert (listed["count"], listed["complete"]) == (1, True)
        shown = await own.do("fluents.prompt.get", prompt=FLUENTS_PROMPT)
        assert (shown["content"], shown["raw"]["tags"]) == ("Answer questions about orders.", ["orders"])
        changed = await own.do("fluents.prompt.update", prompt=FLUENTS_PROMPT, set={"content": "Be brief."})
        assert (changed["content"], own.account.prompts[0]["content"]) == ("Be brief.", "Be brief.")


async def test_a_prompt_is_made() -> None:
    async with desk() as own:
        made = await own.do("fluents.prompt.create", content="Be brief.", tags=["night"])
        assert own.account.prompts[1]["id"] == made["id"]
        assert own.account.prompts[1] | {"id": "", "user_id": ""} == {
            "id": "",
            "user_id": "",
            "type": "prompt",
            "content": "Be brief.",
            "tags": ["night"],
        }
