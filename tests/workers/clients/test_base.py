from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import HTMLResponse, Response

from tests.workers.clients.support import KEY, Platform, context, refused, round_trip, said_by, session
from workers.clients.base import (
    ApiClient,
    Lenient,
    OpenGate,
    Page,
    Session,
    collect,
    encoded_path,
    next_offset,
    part,
    parts,
    ref_id,
    text,
)
from workers.clients.errors import ApiError, AuthFailed, InDoubtError, Invalid, RateLimited, Unavailable
from workers.clients.exchange import Deadline


class Thing(Lenient):
    id: str | None = None
    count: int | None = None
    inner: Thing | None = None


class Things(Lenient):
    things: list[Thing] | None = None


class Shop(ApiClient):
    platform = "Shop"


def shop(platform: Platform) -> Shop:
    return Shop(session(platform))


async def test_a_request_carries_the_key_and_asks_for_plain_json() -> None:
    platform = Platform({"GET /things/1": {"id": "1"}})
    assert (await shop(platform).get(Thing, "things", "1")).id == "1"
    headers = platform.seen[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["accept-encoding"] == "identity"


async def test_ids_and_plus_signs_are_percent_encoded() -> None:
    platform = Platform({"GET /calls/call-_%2B31%2F..%20x": {}})
    await shop(platform).get(Thing, "calls", "call-_+31/.. x", query={"phone_number": "+31850000001"})
    assert platform.seen[0].path == "/calls/call-_%2B31%2F..%20x"
    assert platform.seen[0].query == "phone_number=%2B31850000001"


@pytest.mark.parametrize("segment", ["", " ", ".", ".."])
def test_an_id_cannot_change_the_path(segment: str) -> None:
    with pytest.raises(Invalid):
        encoded_path(["things", segment, "x"])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_any_id_stays_one_segment_or_is_refused(segments: list[str]) -> None:
    try:
        path = encoded_path(segments)
    except Invalid:
        return
    assert len(path.split("/")) == len(segments)
    assert httpx.URL(f"https://api.test/{path}").raw_path.decode() == f"/{path}"


def test_the_key_is_needed_and_never_shown() -> None:
    with pytest.raises(AuthFailed, match=r"no api\.key"):
        Shop(Session(httpx.AsyncClient(), "https://api.test", "", context(httpx.AsyncClient()), Deadline(1)))
    assert KEY not in repr(session(Platform({})))


async def test_a_key_no_header_can_hold_is_refused_without_being_told() -> None:
    platform = Platform({})
    own = session(platform)
    bad = Shop(Session(own.http, own.base_url, "schlüssel-\u20ac", own.recorder, own.deadline))
    with pytest.raises(Invalid) as caught:
        await bad.get(Thing, "things")
    assert "schl" not in str(caught.value)


@pytest.mark.parametrize("answer", [HTMLResponse("<p>hi</p>"), Response("", 200), HTMLResponse("hi", 201)])
async def test_a_success_without_json_is_unavailable_for_a_read(answer: Response) -> None:
    with pytest.raises(Unavailable, match="no JSON"):
        await shop(Platform({"GET /things": answer})).get(Thing, "things")


async def test_a_success_without_json_is_in_doubt_for_a_write() -> None:
    with pytest.raises(InDoubtError):
        await shop(Platform({"POST /things": HTMLResponse("<p>hi</p>")})).write("POST", Thing, "things")


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_an_empty_success_is_enough_for_a_write(status: int) -> None:
    platform = Platform({"DELETE /things/1": Response(status_code=status)})
    assert (await shop(platform).write("DELETE", Thing, "things", "1")).id is None


async def test_another_shape_is_unreadable_and_not_a_crash() -> None:
    with pytest.raises(Unavailable, match="not the shape"):
        await shop(Platform({"GET /things": [1, 2]})).get(Thing, "things")
    with pytest.raises(InDoubtError, match="not the shape"):
        await shop(Platform({"POST /things": [1, 2]})).write("POST", Thing, "things", body={})


@pytest.mark.parametrize(("idempotent", "kind"), [(True, Unavailable), (False, InDoubtError)])
async def test_a_failing_server_is_in_doubt_for_what_must_not_happen_twice(idempotent: bool, kind: Any) -> None:
    platform = Platform({"POST /things": refused(503, {}, {"retry-after": "4"})})
    with pytest.raises(kind) as caught:
        await shop(platform).write("POST", Thing, "things", body={"a": 1}, idempotent=idempotent)
    assert caught.value.retry_after == 4.0
    assert len(platform.seen) == 1


async def test_nothing_recorded_holds_the_key() -> None:
    platform = Platform({"GET /things": refused(401, {"message": f"key {KEY} is wrong"})})
    own = context(platform.client())
    with pytest.raises(AuthFailed) as caught:
        await Shop(session(platform, recorder=own)).get(Thing, "things")
    assert KEY not in said_by(own) + str(caught.value)


async def test_the_gate_is_asked_before_anything_leaves() -> None:
    class Closed(OpenGate):
        async def enter(self) -> None:
            raise RateLimited("wait", retry_after=3)

    platform = Platform({"GET /things": {}})
    own = session(platform)
    client = Shop(Session(own.http, own.base_url, KEY, own.recorder, own.deadline, gate=Closed()))
    with pytest.raises(RateLimited):
        await client.get(Thing, "things")
    assert platform.seen == []


@pytest.mark.parametrize(
    "base", ["https://api.test", "https://api.test/", "https://api.test/v1", "https://api.test/v1/"]
)
async def test_a_base_url_may_end_with_the_version_or_not(base: str) -> None:
    class Versioned(ApiClient):
        platform = "Versioned"
        version_path = "/v1"

    platform = Platform({"GET /v1/things": {}})
    await Versioned(session(platform, base)).get(Thing, "things")
    assert platform.said() == ["GET /v1/things"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": None, "count": None, "new": {"x": [1, None]}},
        {"id": 7, "count": "many", "inner": "id-of-it"},
        {"count": "3"},
        {"id": True, "count": 1.5, "inner": {"id": "2", "more": 1}},
    ],
)
def test_models_lose_nothing(body: dict[str, Any]) -> None:
    assert round_trip(Thing, body) == body


def test_members_of_another_kind_are_left_out_of_lists() -> None:
    things = Things.model_validate({"things": [{"id": "1"}, 5, None, {"id": "2"}]})
    assert [each.id for each in parts(things.things, Thing)] == ["1", "2"]
    assert parts("x", Thing) == []
    assert part("x", Thing) == Thing()
    assert part(Thing(id="1"), Thing).id == "1"


async def test_pages_are_read_until_there_is_no_next() -> None:
    pages = {0: Page([1, 2], 2), 2: Page([3], None)}

    async def fetch(position: int) -> Page[int]:
        return pages[position]

    listing = await collect(fetch, 0)
    assert (listing.items, listing.complete) == ([1, 2, 3], True)


async def test_an_endless_list_is_cut_and_says_so() -> None:
    async def fetch(position: int) -> Page[int]:
        return Page([position], position + 1)

    listing = await collect(fetch, 0, pages=3)
    assert (listing.items, listing.complete) == ([0, 1, 2], False)


@pytest.mark.parametrize("page", [Page([1], "same"), Page[int]([], "more")])
async def test_a_list_that_does_not_advance_ends(page: Page[int]) -> None:
    async def fetch(_position: str) -> Page[int]:
        return page

    assert (await collect(fetch, "same")).complete


@pytest.mark.parametrize(
    ("total", "following"), [(300, 200), (200, None), (0, None), (None, None), ("300", None), (True, None)]
)
def test_offsets_advance_to_the_total(total: Any, following: int | None) -> None:
    assert next_offset(100, 100, total) == following


@pytest.mark.parametrize(
    ("value", "shown"), [("a", "a"), (3, "3"), (None, ""), (True, ""), ({"id": "x"}, ""), ([1], ""), (1.5, "")]
)
def test_values_as_text(value: Any, shown: str) -> None:
    assert text(value) == shown


@pytest.mark.parametrize(
    ("value", "id_"), [("a", "a"), (None, ""), ({"id": "x"}, "x"), (Thing(id="t"), "t"), (Thing(), ""), ([], "")]
)
def test_references_are_read_expanded_or_not(value: Any, id_: str) -> None:
    assert ref_id(value) == id_


async def test_a_429_lets_the_key_rest_and_nothing_else_does() -> None:
    class Resting(OpenGate):
        def __init__(self) -> None:
            self.rests: list[float | None] = []

        async def rest(self, seconds: float | None) -> None:
            self.rests.append(seconds)

    gate = Resting()
    for status, headers in ((429, {"Retry-After": "4"}), (429, {}), (503, {"Retry-After": "9"}), (404, {})):
        own = session(Platform({"GET /things": refused(status, {"message": "no"}, headers)}))
        with pytest.raises(ApiError):
            await Shop(Session(own.http, own.base_url, KEY, own.recorder, own.deadline, gate=gate)).get(Thing, "things")
    assert gate.rests == [4.0, None]


@pytest.mark.parametrize("answer", [{"ok": True}, [], "gone", HTMLResponse("done"), Response(status_code=204)])
async def test_any_success_is_enough_where_nothing_is_read(answer: Any) -> None:
    platform = Platform({"DELETE /things/a": answer})
    said = await shop(platform).tell("DELETE", "things", "a")
    assert said == (None if isinstance(answer, Response) else answer)


@pytest.mark.parametrize(("idempotent", "kind"), [(True, Unavailable), (False, InDoubtError)])
async def test_a_failure_is_one_also_where_nothing_is_read(idempotent: bool, kind: Any) -> None:
    with pytest.raises(kind):
        await shop(Platform({"POST /things": refused(503, {})})).tell("POST", "things", idempotent=idempotent)


async def test_what_is_no_json_is_read_up_to_a_limit() -> None:
    platform = Platform({"GET /sound": Response(b"\xff" * 50, media_type="audio/mpeg; rate=8000")})
    got = await shop(platform).fetch("sound", query={"id": "a+b"}, accept="audio/mpeg", limit=50)
    assert (got.content, got.media_type) == (b"\xff" * 50, "audio/mpeg")
    assert (platform.seen[0].headers["accept"], platform.seen[0].query) == ("audio/mpeg", "id=a%2Bb")
    with pytest.raises(Invalid, match="more than 49 bytes"):
        await shop(platform).fetch("sound", accept="audio/mpeg", limit=49)


def test_where_something_is_read_is_told_without_the_key() -> None:
    assert shop(Platform({})).address("sound", query={"id": "a+b"}) == "https://api.test/sound?id=a%2Bb"


async def test_a_redirect_is_told_where_that_is_what_is_asked_and_an_error_elsewhere() -> None:
    platform = Platform({"GET /file": Response(status_code=302, headers={"Location": "https://files.test/x"})})
    assert await shop(platform).location("file") == "https://files.test/x"
    assert platform.said() == ["GET /file"]
    with pytest.raises(Invalid, match="a redirect"):
        await shop(platform).get_any("file")
