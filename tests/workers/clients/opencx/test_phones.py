from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse, Response

from tests.workers.clients.support import Platform, refused, sample, session
from workers.clients.errors import InDoubtError, NotFound
from workers.clients.opencx.phones import Phones

AGENT = sample("opencx_phone_list")[0]


def phones(platform: Platform) -> Phones:
    return Phones(session(platform))


async def test_one_agent_is_found_in_the_list() -> None:
    platform = Platform({"GET /phone": [AGENT]})
    assert (await phones(platform).agent("agent_1")).name == "Front desk"
    with pytest.raises(NotFound):
        await phones(platform).agent("agent_2")


async def test_an_agent_is_made_and_taken_away() -> None:
    platform = Platform({"POST /phone": AGENT, "DELETE /phone/agent_1": Response(status_code=204)})
    assert (await phones(platform).create_agent({"name": "Front desk"})).id == "agent_1"
    await phones(platform).delete_agent("agent_1")
    assert platform.said() == ["POST /phone", "DELETE /phone/agent_1"]


async def test_nobody_knows_whether_an_agent_was_made() -> None:
    with pytest.raises(InDoubtError):
        await phones(Platform({"POST /phone": refused(500, {})})).create_agent({"name": "x"})


async def test_any_answer_to_a_call_out_will_do() -> None:
    for answer, read in ((PlainTextResponse("ok"), {}), ({"id": 1}, {"id": 1}), ([1], {})):
        platform = Platform({"POST /phone/outbound-call": answer})
        assert await phones(platform).call_out({"phoneAgentId": "a"}) == read


async def test_voices_are_listed() -> None:
    platform = Platform({"GET /phone/voices": [{"voice_id": "v", "labels": {"gender": "female"}}]})
    (voice,) = (await phones(platform).voices()).items
    assert (voice.voice_id, voice.labels) == ("v", {"gender": "female"})
