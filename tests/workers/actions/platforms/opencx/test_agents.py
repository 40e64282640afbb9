from __future__ import annotations

import pytest
from starlette.responses import Response

from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import refused


async def test_voices_are_listed() -> None:
    far = Platform({"GET /phone/voices": [{"voice_id": "v", "name": "Anna", "labels": None}]})
    found = await perform(given(far, "opencx"), "opencx.voice.list")
    assert found["voices"] == [{"id": "v", "name": "Anna", "description": "", "labels": {}, "preview_url": ""}]


async def test_an_agent_is_made() -> None:
    far = Platform({"POST /phone": {"id": "a", "name": "Night"}})
    assert (await perform(given(far, "opencx"), "opencx.agent.create", name="Night", set={"language": ["nl"]}))[
        "id"
    ] == "a"
    assert far.seen[0].body == {"name": "Night", "language": ["nl"]}


@pytest.mark.parametrize("answer", [Response(status_code=204), refused(404, {})])
async def test_an_agent_that_is_gone_is_gone(answer: Response) -> None:
    far = Platform({"DELETE /phone/a": answer})
    assert (await perform(given(far, "opencx"), "opencx.agent.delete", agent="a"))["id"] == "a"


async def test_a_destination_is_made_and_given_to_an_agent() -> None:
    made = {"id": "d", "name": "Desk", "type": "phone", "value": "+31850000009"}
    routes = {"POST /phone/sip/transfer-destinations": made, "POST /phone/sip/agents/a/transfer-destinations": {}}
    own = given(Platform(routes), "opencx")
    found = await perform(own, "opencx.destination.create", name="Desk", value="+31850000009")
    assert (found["id"], found["value"]) == ("d", "+31850000009")
    assert (await perform(own, "opencx.destination.attach", agent="a", destination="d"))["id"] == "d"
