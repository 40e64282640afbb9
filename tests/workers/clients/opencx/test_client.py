from __future__ import annotations

from typing import Any

import pytest

from tests.workers.clients.support import Platform, Seen, refused, sample, session
from workers.clients.errors import ApiError, AuthFailed, NotFound, RateLimited, Unavailable
from workers.clients.opencx.client import OpenCx


def opencx(platform: Platform) -> OpenCx:
    return OpenCx(session(platform))


@pytest.mark.parametrize("name", ["opencx_phone_list", "opencx_phone_list_sparse"])
async def test_the_list_is_read_full_and_sparse(name: str) -> None:
    listing = await opencx(Platform({"GET /phone": sample(name)})).agents()
    assert [each.id for each in listing.items] == ["agent_1"]
    assert listing.items[0].language == ["nl", "en"]


async def test_the_older_paged_form_is_followed_by_its_cursor() -> None:
    def page(seen: Seen) -> dict[str, Any]:
        if seen.query == "cursor=c%2B2":
            return {"items": [{"id": "agent_2"}], "next": None}
        return {"items": sample("opencx_phone_list"), "next": "c+2"}

    platform = Platform({"GET /phone": page})
    assert [each.id for each in (await opencx(platform).agents()).items] == ["agent_1", "agent_2"]
    assert platform.seen[0].query == ""


async def test_a_cursor_that_never_moves_does_not_loop() -> None:
    platform = Platform({"GET /phone": {"items": [{"id": "a"}], "next": "same"}})
    assert len((await opencx(platform).agents()).items) == 2
    assert len(platform.seen) == 2


@pytest.mark.parametrize("body", [[], {}, {"items": None, "next": None}, "text", [1, None]])
async def test_nothing_to_read_is_an_empty_list(body: Any) -> None:
    assert (await opencx(Platform({"GET /phone": body})).agents()).items == []


async def test_an_agent_is_changed_with_patch() -> None:
    platform = Platform({"PATCH /phone/agent_1": sample("opencx_phone_list")[0]})
    assert (await opencx(platform).update_agent("agent_1", {"actionIds": []})).name == "Front desk"
    assert platform.seen[0].body == {"actionIds": []}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthFailed), (403, AuthFailed), (404, NotFound), (429, RateLimited), (500, Unavailable)],
)
async def test_errors_are_read_with_all_their_fields_or_none(status: int, kind: type[ApiError]) -> None:
    for body in ({"statusCode": status, "message": "In words", "error": "Name"}, {}):
        with pytest.raises(kind) as caught:
            await opencx(Platform({"GET /phone": refused(status, body)})).agents()
        assert ("In words" in caught.value.message) == bool(body)
