from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.console.sandbox.support import box, virtually

Step = tuple[str, str] | tuple[str, str, Any]


def ask(*steps: Step, **changes: Any) -> list[httpx.Response]:
    async def story() -> list[httpx.Response]:
        async with box(**changes) as around:
            headers = {"Authorization": "Bearer ocx_live_sandbox"}
            return [
                await around.http.request(step[0], f"/opencx{step[1]}", headers=headers, json=(*step, None)[2])
                for step in steps
            ]

    return virtually(story())


def test_a_bare_array_of_our_own_agents() -> None:
    [listed] = ask(("GET", "/phone"))
    assert [agent["id"] for agent in listed.json()] == ["agent_1", "agent_2"]
    assert (listed.json()[0]["language"], listed.json()[0]["model"]) == (["nl", "en"], "oppie-vox-livekit")


def test_the_sparse_form() -> None:
    full, sparse = ask(("GET", "/phone"))[0], ask(("GET", "/phone"), opencx_form="sparse")[0]
    left_out = set(full.json()[0]) - set(sparse.json()[0])
    assert left_out == {"type", "model", "background_noise_preset", "stt_model"}


def test_updating() -> None:
    updated, listed = ask(("PATCH", "/phone/agent_1", {"first_message": "Hoi", "language": ["nl"]}), ("GET", "/phone"))
    assert updated.status_code == 200
    assert (updated.json()["first_message"], updated.json()["name"]) == ("Hoi", "Front desk")
    assert updated.json()["updated_at"] > updated.json()["created_at"]
    assert listed.json()[0] == updated.json()


@pytest.mark.parametrize(
    ("step", "status", "error"),
    [
        (("PATCH", "/phone/none", {}), 404, "Not Found"),
        (("PATCH", "/phone/agent_8", {}), 403, "Forbidden"),
        (("PATCH", "/phone/agent_1", {"phone_number": "+1"}), 400, "Bad Request"),
        (("PATCH", "/phone/agent_1", {"language": "nl"}), 400, "Bad Request"),
        (("PATCH", "/phone/agent_1", ["name"]), 400, "Bad Request"),
    ],
)
def test_refusals(step: Step, status: int, error: str) -> None:
    [refused] = ask(step)
    assert refused.status_code == status
    assert (refused.json()["statusCode"], refused.json()["error"]) == (status, error)


OUT = {"phoneAgentId": "agent_1", "contact": {"phoneNumber": "+31612340001"}}


def test_a_call_out_begins_a_conversation() -> None:
    called, listed, later = ask(
        ("POST", "/phone/outbound-call", OUT),
        ("GET", "/chat/sessions?channel_type=phone_voice&created_after=2026-01-01T00:00:00Z"),
        ("GET", "/chat/sessions?created_after=2999-01-01T00:00:00Z"),
    )
    assert (called.status_code, called.json()) == (200, {"success": True})
    [session] = listed.json()["items"]
    assert session["contact"]["phone_number"] == "+31612340001"
    assert later.json() == {"items": [], "next": None}


def test_one_conversation() -> None:
    async def story() -> list[int]:
        async with box() as around:
            headers = {"Authorization": "Bearer ocx_live_sandbox"}
            await around.http.post("/opencx/phone/outbound-call", json=OUT, headers=headers)
            known = around.sandbox.world.opencx.sessions[0]["id"]
            path = "/opencx/chat/sessions/"
            return [(await around.http.get(path + each, headers=headers)).status_code for each in (known, "none")]

    assert virtually(story()) == [200, 404]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"phoneAgentId": "agent_1", "contact": {"phone_number": "+31612340001"}}, 400),
        (OUT | {"phoneAgentId": "none"}, 404),
        (OUT | {"phoneAgentId": "agent_8"}, 404),
    ],
)
def test_a_call_out_that_cannot_be(body: Any, status: int) -> None:
    refused, listed = ask(("POST", "/phone/outbound-call", body), ("GET", "/chat/sessions"))
    assert (refused.status_code, listed.json()["items"]) == (status, [])


def test_agents_are_made_and_taken_away() -> None:
    made, listed, gone = ask(
        ("POST", "/phone", {"name": "Weekend", "language": ["nl"]}),
        ("GET", "/phone"),
        ("DELETE", "/phone/agent_2"),
    )
    assert (made.json()["name"], made.json()["phone_number"]) == ("Weekend", None)
    assert made.json() in listed.json()
    assert gone.status_code == 204
    assert ask(("POST", "/phone", {}))[0].status_code == 400


def test_lists_as_they_were_before() -> None:
    for path in ("/phone", "/phone/voices"):
        bare, paged = ask(("GET", path))[0].json(), ask(("GET", path), opencx_lists="paged")[0].json()
        assert paged == {"items": bare, "next": None}


def test_the_older_spelling_of_a_call_out() -> None:
    older = {"phone_agent_id": "agent_1", "contact": {"phone_number": "+31612340001"}}
    assert ask(("POST", "/phone/outbound-call", older), opencx_outbound="snake")[0].status_code == 200
    assert ask(("POST", "/phone/outbound-call", OUT), opencx_outbound="snake")[0].status_code == 400


def test_trunks_and_destinations() -> None:
    trunk, number, out, made, refused = ask(
        ("POST", "/phone/sip/inbound-trunk", {"phone_numbers": ["+31850000001"]}),
        ("DELETE", "/phone/sip/inbound-trunk/phone-numbers/+31850000001"),
        ("POST", "/phone/sip/outbound-trunks", {"name": "x"}),
        ("POST", "/phone/sip/transfer-destinations", {"name": "Desk", "type": "phone", "value": "+31850000009"}),
        ("POST", "/phone/sip/agents/agent_1/transfer-destinations", {"destination_id": "none"}),
    )
    assert (trunk.json()["phone_numbers"], number.json()["phone_numbers"]) == (["+31850000001"], [])
    assert (out.status_code, made.json()["name"], refused.status_code) == (400, "Desk", 404)
