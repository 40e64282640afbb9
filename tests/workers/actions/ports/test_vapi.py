from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from starlette.responses import JSONResponse, PlainTextResponse

from store.event import Call, Event
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import KEY, connection, damaged, refused, said_by
from tests.workers.clients.vapi.test_models import ASSISTANT, CALL, NUMBER
from workers.actions import ACTIONS
from workers.actions.base import ActionContext
from workers.clients.errors import ApiError, Conflict, InDoubtError, Invalid, NotAllowed, NotFound, Unsupported

TO = "+31612340001"
TRIED = datetime(2026, 11, 21, 12, tzinfo=UTC)
AFTER, BEFORE = "2026-11-21T12:00:01.000Z", "2026-11-21T11:00:00.000Z"
START = {"agent": "as-1", "to": TO, "from": "pn-1"}
CONTROL = "https://calls.vapi.ai/secret-of-the-call/control"
SEEN_CONTROL = "POST /secret-of-the-call/control"


def numbers(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"GET /phone-number": [NUMBER | each for each in changes or ({},)]}


def live(control_url: Any = CONTROL, **event: Any) -> Event:
    """An event of a live call, as it came in."""
    raw = {"message": {"call": {"id": "call-1", "monitor": {"controlUrl": control_url}}}}
    fields = {"id": "evt_1", "kind": "tool-calls", "connection": "front_desk", "provider": "vapi", "raw": raw}
    return Event(**(fields | {"call": Call(id="call-1")} | event))


# --- numbers and assistants -------------------------------------------------------------------------------------------


async def test_numbers_are_listed_without_credentials() -> None:
    own = given(
        Platform(numbers({}, {"id": "pn-2", "number": None, "sipUri": "sip:x@sip.vapi.ai", "assistantId": None})),
        "vapi",
    )
    listed = await perform(own, "number.list")
    assert [(each["id"], each["number"], each["agent"]) for each in listed["numbers"]] == [
        ("pn-1", "+31850000001", "as-1"),
        ("pn-2", "sip:x@sip.vapi.ai", ""),
    ]
    assert listed["numbers"][0]["label"] == "Front desk"
    assert "example-token" not in str(listed) + said_by(own)


async def test_a_number_is_found_by_its_id_or_its_digits() -> None:
    platform = Platform(numbers() | {"GET /phone-number/pn-1": NUMBER})
    own = given(platform, "vapi")
    assert (await perform(own, "number.get", number="pn-1"))["number"] == "+31850000001"
    assert (await perform(own, "number.get", number="+31 85 000 0001"))["id"] == "pn-1"
    with pytest.raises(NotFound):
        await perform(own, "number.get", number="+31850000009")


async def test_linking_points_the_number_at_the_assistant() -> None:
    platform = Platform(numbers() | {"PATCH /phone-number/pn-1": NUMBER | {"assistantId": "as-2"}})
    output = await perform(given(platform, "vapi"), "number.link", number="+31850000001", agent="as-2")
    assert output == {"id": "pn-1", "number": "+31850000001", "agent": "as-2", "changed": True}
    assert platform.seen[1].body == {"assistantId": "as-2"}


async def test_a_number_that_points_there_already_is_done() -> None:
    platform = Platform(numbers())
    assert not (await perform(given(platform, "vapi"), "number.link", number="+31850000001", agent="as-1"))["changed"]
    assert platform.said() == ["GET /phone-number"]


async def test_linking_takes_a_number_from_its_squad() -> None:
    held = {"squadId": "sq-1", "workflowId": None}
    platform = Platform(numbers(held) | {"PATCH /phone-number/pn-1": NUMBER})
    assert (await perform(given(platform, "vapi"), "number.link", number="+31850000001", agent="as-1"))["changed"]
    assert platform.seen[1].body == {"assistantId": "as-1", "squadId": None}


async def test_a_change_that_did_not_take_is_a_conflict() -> None:
    platform = Platform(numbers() | {"PATCH /phone-number/pn-1": NUMBER})
    with pytest.raises(Conflict):
        await perform(given(platform, "vapi"), "number.link", number="+31850000001", agent="as-2")


@pytest.mark.parametrize(
    ("params", "freed"),
    [
        ({"number": "+31850000001"}, ["+31850000001"]),
        ({"agent": "as-1"}, ["+31850000001", "+31850000002"]),
        ({"number": "+31850000001", "agent": "as-9"}, []),
    ],
)
async def test_unlinking(params: dict[str, str], freed: list[str]) -> None:
    routes = numbers({}, {"id": "pn-2", "number": "+31850000002"}, {"id": "pn-3", "assistantId": None})
    changes = {f"PATCH /phone-number/pn-{n}": NUMBER | {"assistantId": None} for n in (1, 2)}
    platform = Platform(routes | changes)
    output = await perform(given(platform, "vapi"), "number.unlink", **params)
    assert output == {"numbers": freed, "count": len(freed), "changed": bool(freed)}
    assert [seen.body for seen in platform.seen if seen.method == "PATCH"] == [{"assistantId": None}] * len(freed)


async def test_a_number_is_changed_and_given_back() -> None:
    platform = Platform(
        numbers() | {"PATCH /phone-number/pn-1": NUMBER | {"name": "New"}, "DELETE /phone-number/pn-1": NUMBER}
    )
    own = given(platform, "vapi")
    assert (await perform(own, "number.update", number="+31850000001", set={"name": "New"}))["label"] == "New"
    assert await perform(own, "number.release", number="pn-1") == {"number": "pn-1"}


@pytest.mark.parametrize("action", ["number.buy", "number.search"])
async def test_what_it_cannot_do(action: str) -> None:
    with pytest.raises(Unsupported, match="Vapi cannot"):
        await perform(given(Platform({}), "vapi"), action, **({"number": TO} if action == "number.buy" else {}))


async def test_assistants() -> None:
    platform = Platform({"GET /assistant": [ASSISTANT], "GET /assistant/as-1": ASSISTANT,
                         "PATCH /assistant/as-1": ASSISTANT | {"name": "Night"}})  # fmt: skip
    own = given(platform, "vapi")
    assert (await perform(own, "agent.list"))["agents"][0]["name"] == "Day desk"
    assert (await perform(own, "agent.get", agent="as-1"))["raw"]["firstMessage"] == "Hello."
    assert (await perform(own, "agent.update", agent="as-1", set={"name": "Night"}))["name"] == "Night"
    assert platform.seen[-1].body == {"name": "Night"}


# --- calls ------------------------------------------------------------------------------------------------------------


async def test_a_call_is_started_under_a_name_of_ours() -> None:
    platform = Platform(numbers() | {"POST /call": JSONResponse({"id": "call-1", "status": "queued"}, 201)})
    more = {"first_message": "Hi.", "variables": {"n": 1}, "metadata": {"t": 2}}
    output = await perform(given(platform, "vapi"), "call.start", **(START | {"from": "+31850000001"} | more))
    assert (output["id"], output["status"]) == ("call-1", "queued")
    sent = platform.seen[-1].body
    assert len(sent["name"]) <= 40
    assert sent == {
        "name": sent["name"], "assistantId": "as-1", "phoneNumberId": "pn-1", "customer": {"number": TO},
        "assistantOverrides": {"firstMessage": "Hi.", "variableValues": {"n": 1}, "metadata": {"t": 2}},
    }  # fmt: skip


async def test_a_call_needs_a_number_of_ours() -> None:
    with pytest.raises(Invalid, match="`from`"):
        await perform(given(Platform({}), "vapi"), "call.start", agent="as-1", to=TO)


async def name_of_ours() -> str:
    platform = Platform({"POST /call": {}})
    await perform(given(platform, "vapi"), "call.start", **START)
    return str(platform.seen[0].body["name"])


async def verify(calls: list[dict[str, Any]], name: str = "call.start", **params: Any) -> Any:
    own = given(Platform({"GET /call": calls, **numbers()}), "vapi")
    own.tried_at = TRIED
    action = ACTIONS[name]
    assert action.verify
    return await action.verify(own, action.params.model_validate(params or START))


def outbound(**changes: Any) -> dict[str, Any]:
    return {
        "id": "c2",
        "type": "outboundPhoneCall",
        "customer": {"number": TO},
        "createdAt": AFTER,
        "status": "queued",
    } | changes


async def test_a_call_whose_answer_was_lost_is_known_by_its_name() -> None:
    others = [outbound(id="c3", name="Somebody else's"), outbound(id="c4", customer={"number": "+31612340002"}),
              outbound(id="c5", type="inboundPhoneCall"), outbound(id="c6", createdAt=BEFORE)]  # fmt: skip
    found = await verify([*others, outbound(name=await name_of_ours())])
    assert (found.id, found.status) == ("c2", "queued")
    assert await verify(others) is None


async def test_a_call_without_a_name_may_be_ours() -> None:
    with pytest.raises(InDoubtError, match="without a name"):
        await verify([outbound()])


async def test_two_calls_with_our_name_are_for_a_person() -> None:
    name = await name_of_ours()
    with pytest.raises(Conflict):
        await verify([outbound(name=name), outbound(id="c3", name=name)])


async def test_a_list_that_is_not_read_to_its_end_proves_nothing() -> None:
    with pytest.raises(InDoubtError, match="longer than is read"):
        await verify([outbound(id=f"c{place}", name="x", createdAt="") for place in range(100)])


async def test_whether_a_number_was_given_back() -> None:
    assert await verify([], "number.release", number="pn-1") is None
    assert await verify([], "number.release", number="+31850000001") is None
    assert (await verify([], "number.release", number="pn-9")).number == "pn-9"


async def test_a_lost_answer_to_a_call_is_in_doubt() -> None:
    with pytest.raises(InDoubtError):
        await perform(given(Platform({"POST /call": PlainTextResponse("ok", 201)}), "vapi"), "call.start", **START)


async def test_looking_at_a_call() -> None:
    own = given(Platform({"GET /call/call-1": CALL}), "vapi")
    output = await perform(own, "call.get", call="call-1")
    assert (output["direction"], output["from_"], output["to"], output["duration"]) == ("inbound", TO, "", 60.5)
    assert (output["summary"], output["transcript"], output["recording_url"]) == ("Short.", "AI: Hello.", "https://r")
    assert output["raw"]["monitor"] == {"listenUrl": "[redacted]", "controlUrl": "[redacted]"}
    assert "https://c" not in said_by(own)
    theirs = CALL | {"type": "outboundPhoneCall", "phoneNumber": {"number": "+31850000001"}}
    output = await perform(given(Platform({"GET /call/call-1": theirs}), "vapi"), "call.get", call="call-1")
    assert (output["from_"], output["to"]) == ("+31850000001", TO)


# --- live calls -------------------------------------------------------------------------------------------------------


async def test_commands_go_to_the_url_that_the_event_brought() -> None:
    platform = Platform({SEEN_CONTROL: {}})
    own = given(platform, "vapi", event=live())
    await perform(own, "call.inject", content="It shipped.", respond=True)
    await perform(own, "call.say", content="One moment.", end_after=True)
    await perform(own, "call.end")
    await perform(own, "call.end", message="Goodbye.")
    await perform(own, "call.transfer", to="+31 85 000 0099", message="Hold on.")
    await perform(own, "call.transfer", to="sip:a@b.nl")
    assert set(platform.said()) == {SEEN_CONTROL}
    assert [seen.body["type"] for seen in platform.seen] == [
        "add-message",
        "say",
        "end-call",
        "say",
        "transfer",
        "transfer",
    ]
    assert platform.seen[3].body == {"type": "say", "content": "Goodbye.", "endCallAfterSpoken": True}
    assert platform.seen[4].body["destination"] == {"type": "number", "number": "+31850000099"}
    assert platform.seen[5].body["destination"] == {"type": "sip", "sipUri": "sip:a@b.nl"}
    assert "secret-of-the-call" not in said_by(own)
    assert KEY not in str([seen.headers for seen in platform.seen])


@pytest.mark.parametrize(
    "event",
    [
        live(connection="another"),
        live(raw={}),
        live(raw={"message": {"call": []}}),
        live(control_url=None),
        live(call=Call(id="another")),
    ],
)
async def test_without_one_the_api_is_asked(event: Event) -> None:
    platform = Platform({"GET /call/call-1": CALL | {"monitor": {"controlUrl": CONTROL}}, SEEN_CONTROL: {}})
    await perform(given(platform, "vapi", event=event), "call.say", call="call-1", content="Hello.")
    assert platform.said() == ["GET /call/call-1", SEEN_CONTROL]


@pytest.mark.parametrize("monitor", [None, {}, {"controlUrl": ""}, [1]])
async def test_a_call_without_control_says_why(monitor: Any) -> None:
    platform = Platform({"GET /call/call-1": CALL | {"monitor": monitor}})
    with pytest.raises(Invalid, match="no control URL"):
        await perform(given(platform, "vapi", event=live(raw={})), "call.end")


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "http://calls.vapi.ai/x", "http://169.254.169.254/", "http://[::1"]
)
async def test_an_event_leads_nowhere_else(url: str) -> None:
    platform = Platform({})
    with pytest.raises(NotAllowed):
        await perform(given(platform, "vapi", event=live(url)), "call.say", content="Hello.")
    assert platform.seen == []


async def test_a_simulated_platform_has_its_control_under_its_api() -> None:
    platform = Platform({"POST /control/x": {}})
    await perform(given(platform, "vapi", event=live("https://vapi.test/control/x")), "call.end")
    assert platform.said() == ["POST /control/x"]


async def test_the_public_key_goes_along_when_the_connection_has_one() -> None:
    platform = Platform({SEEN_CONTROL: {}})
    to = connection("vapi", defaults={"control_key": "public-key"})
    own = given(platform, "vapi", event=live(), to=to)
    await perform(own, "call.end")
    assert platform.seen[0].headers["authorization"] == "Bearer public-key"


@pytest.mark.parametrize("action", ["call.say", "call.inject", "call.end", "call.transfer"])
def test_no_command_is_repeated_in_doubt(action: str) -> None:
    assert ACTIONS[action].in_doubt == "skip"
    assert "" in (ACTIONS[action].platforms or {})["vapi"]


async def test_a_command_after_the_call_is_over() -> None:
    platform = Platform({SEEN_CONTROL: refused(404, {"message": "Call not found"})})
    with pytest.raises(NotFound, match="Call not found"):
        await perform(given(platform, "vapi", event=live()), "call.say", content="Hello.")


# --- whatever comes back ----------------------------------------------------------------------------------------------


async def tried(own: ActionContext, name: str, **params: Any) -> None:
    with suppress(ApiError):
        await perform(own, name, **params)


@hypothesis_given(damaged(NUMBER), damaged(CALL))
async def test_damaged_answers_are_outputs_or_named_errors(number: Any, call: Any) -> None:
    routes = {
        "GET /phone-number": [number],
        "PATCH /phone-number/pn-1": number,
        "GET /call/call-1": call,
        "POST /call": call,
    }
    for name, params in (
        ("number.list", {}),
        ("number.link", {"number": "+31850000001", "agent": "as-2"}),
        ("number.unlink", {"agent": "as-1"}),
        ("call.get", {"call": "call-1"}),
        ("call.start", START),
        ("call.say", {"call": "call-1", "content": "Hello."}),
    ):
        await tried(given(Platform(routes), "vapi"), name, **params)
