from __future__ import annotations

from typing import Any

import pytest

from tests.workers.clients.support import Platform, Seen, refused, session
from workers.clients.errors import (
    ApiError,
    AuthFailed,
    Conflict,
    InDoubtError,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
)
from workers.clients.flireo.later import DEFAULT_BASE_URL, FlireoLater, Generation

CALL = "call-_+31600000001_AbC"
CONTROL = "/calls/call-_%2B31600000001_AbC/control"
OK = {"success": True, "message": "queued"}


def flireo(platform: Platform, generation: Generation = "g3") -> FlireoLater:
    return FlireoLater(session(platform), generation)


async def test_the_documented_host_is_the_default() -> None:
    platform = Platform({"GET /api/v1/numbers/n1": {"number": {"id": "n1"}}})
    client = FlireoLater(session(platform, DEFAULT_BASE_URL), "g3")
    assert (await client.number("n1")).id == "n1"
    assert platform.seen[0].headers["host"] == "api.hmsovereign.com"


@pytest.mark.parametrize(("generation", "word"), [("g2", "agents"), ("g3", "assistants")])
async def test_each_generation_is_spoken_to_in_its_word(generation: Generation, word: str) -> None:
    platform = Platform(
        {
            f"GET /{word}": {word: [{"id": "a1", "name": "Day"}]},
            f"GET /{word}/a1": {word[:-1]: {"id": "a1", "name": "Day"}},
            f"PATCH /{word}/a1": {word[:-1]: {"id": "a1", "name": "Night"}},
        }
    )
    client = flireo(platform, generation)
    assert [each.name for each in (await client.assistants()).items] == ["Day"]
    assert (await client.assistant("a1")).name == "Day"
    assert (await client.update_assistant("a1", {"name": "Night"})).name == "Night"
    assert platform.seen[2].body == {"name": "Night"}


@pytest.mark.parametrize("body", [{"id": "a1"}, {"assistant": {"id": "a1"}}, {"agent": {"id": "a1"}}])
async def test_answers_are_read_wrapped_in_either_word_or_bare(body: Any) -> None:
    assert (await flireo(Platform({"GET /assistants/a1": body})).assistant("a1")).id == "a1"


@pytest.mark.parametrize("body", [{"id": "n1", "agent_id": "a"}, {"number": {"id": "n1", "assistant_id": "a"}}])
async def test_numbers_are_read_wrapped_or_bare(body: Any) -> None:
    number = await flireo(Platform({"GET /numbers/n1": body})).number("n1")
    assert (number.id, number.agent) == ("n1", "a")


async def test_numbers_are_changed_with_patch() -> None:
    platform = Platform({"PATCH /numbers/n1": {"number": {"id": "n1", "agent_id": None}}})
    await flireo(platform).update_number("n1", {"agent_id": None})
    assert platform.seen[0].body == {"agent_id": None}


async def test_pages_are_followed_where_the_platform_pages() -> None:
    def page(seen: Seen) -> dict[str, Any]:
        offset = int(seen.query.split("offset=")[1])
        ids = [f"n{i}" for i in range(offset, min(offset + 100, 130))]
        return {"numbers": [{"id": each} for each in ids], "pagination": {"total": 130, "limit": 100, "offset": offset}}

    platform = Platform({"GET /numbers": page})
    assert len((await flireo(platform).numbers()).items) == 130
    assert len(platform.seen) == 2


async def test_a_list_without_pagination_is_one_page() -> None:
    platform = Platform({"GET /numbers": {"numbers": [{"id": "n1"}]}})
    assert len((await flireo(platform).numbers()).items) == 1
    assert len(platform.seen) == 1


async def test_the_four_commands_of_a_live_call() -> None:
    platform = Platform({f"POST {CONTROL}": OK})
    client = flireo(platform)
    assert (await client.inject_context(CALL, "The invoice was sent.", True)).message == "queued"
    await client.say(CALL, "One moment.", False)
    await client.end_call(CALL)
    await client.end_call(CALL, "Goodbye.")
    await client.transfer(CALL, "sip:desk@example.com")
    await client.transfer(CALL, "+31850000009", "I am connecting you.")
    assert [seen.body for seen in platform.seen] == [
        {"type": "inject-context", "content": "The invoice was sent.", "trigger_response": True},
        {"type": "say", "content": "One moment.", "end_after": False},
        {"type": "end-call"},
        {"type": "end-call", "message": "Goodbye."},
        {"type": "transfer", "destination": "sip:desk@example.com"},
        {"type": "transfer", "destination": "+31850000009", "message": "I am connecting you."},
    ]


async def test_a_command_that_was_refused_politely_is_a_failure() -> None:
    platform = Platform({f"POST {CONTROL}": {"success": False, "message": "call not active"}})
    with pytest.raises(Invalid, match="did not carry out say"):
        await flireo(platform).say(CALL, "Hello", False)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_command_the_server_broke_on_is_in_doubt_but_a_change_is_not(status: int) -> None:
    platform = Platform(
        {f"POST {CONTROL}": refused(status, {"error": "Oops"}), "PATCH /numbers/n1": refused(status, {"error": "Oops"})}
    )
    with pytest.raises(InDoubtError):
        await flireo(platform).say(CALL, "Hello", False)
    with pytest.raises(Unavailable):
        await flireo(platform).update_number("n1", {"is_active": True})


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "CODE", "message": "In words.", "details": {}}},
        {"error": {"code": "CODE", "message": "In words.", "param": "id", "type": "x"}},
        {"error": "CODE", "message": "In words."},
    ],
)
@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("unauthorized", 401, AuthFailed),
        ("api_key_expired", 401, AuthFailed),
        ("api_key_revoked", 401, AuthFailed),
        ("invalid_request", 400, Invalid),
        ("missing_field", 422, Invalid),
        ("insufficient_credits", 402, Invalid),
        ("in_use", 409, Conflict),
        ("not_found", 404, NotFound),
        ("rate_limit_exceeded", 429, RateLimited),
    ],
)
async def test_errors_are_read_in_all_three_envelopes(
    body: dict[str, Any], code: str, status: int, kind: type[ApiError]
) -> None:
    error = body["error"]
    filled = body | {"error": {**error, "code": code} if isinstance(error, dict) else code}
    platform = Platform({"GET /numbers/n1": refused(status, filled, {"retry-after": "9"})})
    with pytest.raises(ApiError) as caught:
        await flireo(platform).number("n1")
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert "In words." in caught.value.message
    assert caught.value.retry_after == 9.0


async def test_flat_words_that_are_no_code_are_told_too() -> None:
    platform = Platform({"GET /numbers/n1": refused(401, {"error": "Unauthorized"})})
    with pytest.raises(AuthFailed, match="Unauthorized") as caught:
        await flireo(platform).number("n1")
    assert caught.value.code == ""


@pytest.mark.parametrize(("generation", "word"), [("g2", "agents"), ("g3", "assistants")])
async def test_assistants_are_made_and_deleted(generation: Generation, word: str) -> None:
    platform = Platform({f"POST /{word}": {word[:-1]: {"id": "a9"}}, f"DELETE /{word}/a9": refused(204, None)})
    client = flireo(platform, generation)
    assert (await client.create_assistant({"name": "Sunday"})).id == "a9"
    await client.delete_assistant("a9")
    assert platform.said() == [f"POST /{word}", f"DELETE /{word}/a9"]


async def test_a_number_that_broke_while_it_was_made_is_in_doubt() -> None:
    with pytest.raises(InDoubtError):
        await flireo(Platform({"POST /numbers": refused(500, {"error": "x"})})).create_number({})


async def test_calls_are_read_as_far_as_asked() -> None:
    def page(seen: Seen) -> Any:
        return {"calls": [{"id": f"c{index}"} for index in range(100)], "pagination": {"total": 1000}}

    platform = Platform({"GET /calls": page})
    listing = await flireo(platform).calls({"status": "completed"}, 150)
    assert (len(listing.items), listing.complete, len(platform.seen)) == (200, False, 2)
    assert platform.seen[1].query == "status=completed&limit=100&offset=100"
