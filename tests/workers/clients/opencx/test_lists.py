from __future__ import annotations

from typing import Any

import pytest

from tests.workers.clients.support import Platform, Seen, session
from workers.clients.base import Listing
from workers.clients.errors import Unavailable
from workers.clients.opencx.lists import PAGE_SIZE, ListClient
from workers.clients.opencx.models import Contact, Voice


def client(platform: Platform) -> ListClient:
    return ListClient(session(platform))


def ids(listing: Listing[Any]) -> list[Any]:
    return [each.id for each in listing.items]


async def test_a_cursor_is_followed_with_the_same_filters() -> None:
    def page(seen: Seen) -> dict[str, Any]:
        if "cursor=c%2B2" in seen.query:
            return {"items": [{"id": "b"}], "next": None}
        return {"items": [{"id": "a"}], "next": "c+2"}

    platform = Platform({"GET /contacts": page})
    listing = await client(platform).by_cursor(Contact, "contacts", query={"status": "open"})
    assert (ids(listing), listing.complete) == (["a", "b"], True)
    assert all("status=open" in seen.query for seen in platform.seen)


@pytest.mark.parametrize("body", [{}, {"items": None}, [], "text"])
async def test_no_list_is_no_empty_list(body: Any) -> None:
    with pytest.raises(Unavailable):
        await client(Platform({"GET /contacts": body})).by_cursor(Contact, "contacts")


async def test_numbered_pages_are_read_to_the_end() -> None:
    def page(seen: Seen) -> dict[str, Any]:
        number = seen.body["page"]
        return {"data": [{"id": f"s{number}"}], "page": number, "limit": PAGE_SIZE, "has_next": number < 3}

    platform = Platform({"POST /chat/sessions/filter": page})
    listing = await client(platform).by_page(Contact, "chat", "sessions", "filter", body={"status": "open"})
    assert ids(listing) == ["s1", "s2", "s3"]
    assert platform.seen[0].body == {"status": "open", "page": 1, "limit": PAGE_SIZE}


async def test_a_bare_list_is_read_as_one_with_a_cursor() -> None:
    for body in ([{"voice_id": "v"}], {"items": [{"voice_id": "v"}], "next": None}):
        listing = await client(Platform({"GET /phone/voices": body})).bare(Voice, "phone", "voices")
        assert [each.voice_id for each in listing.items] == ["v"]
