from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from console.sandbox.platforms.opencx.common import PAGE
from console.sandbox.platforms.opencx.events import conversation_with
from console.sandbox.platforms.opencx.seed import CONTACT
from tests.console.sandbox.support import Box, Receiver, in_box

HEADERS = {"Authorization": "Bearer ocx_live_sandbox"}
URL = "http://receiver/hooks/desk"
PERSON = "+31612340001"


async def ask(box: Box, method: str, path: str, body: Any = None) -> httpx.Response:
    return await box.http.request(method, f"/opencx{path}", headers=HEADERS, json=body)


def test_a_contact_is_written_with_a_phone_and_read_with_a_phone_number() -> None:
    async def story(box: Box) -> None:
        made = await ask(box, "POST", "/contacts", {"contact": {"phone": "+31612340009", "name": "Bo"}})
        assert (made.status_code, made.json()["phone_number"]) == (201, "+31612340009")
        changed = await ask(box, "PATCH", f"/contacts/{CONTACT}", {"contact": {"name": "Ada"}})
        assert (changed.json()["name"], changed.json()["phone_number"]) == ("Ada", PERSON)
        assert (await ask(box, "DELETE", f"/contacts/{CONTACT}")).status_code == 204
        left = (await ask(box, "GET", "/contacts")).json()
        assert [each["name"] for each in left["items"]] == ["Bo"]

    in_box(story)


def test_lists_go_on_by_a_cursor() -> None:
    async def story(box: Box) -> None:
        for number in range(PAGE):
            await ask(box, "POST", "/contacts", {"contact": {"name": str(number)}})
        first = (await ask(box, "GET", "/contacts")).json()
        assert (len(first["items"]), first["next"]) == (PAGE, str(PAGE))
        rest = (await ask(box, "GET", f"/contacts?cursor={first['next']}")).json()
        assert (len(rest["items"]), rest["next"]) == (1, None)

    in_box(story)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/contacts", {"name": "Bo"}, 400),
        ("POST", "/contacts", {"contact": {"phone_number": "x"}}, 400),
        ("PATCH", "/contacts/none", {"contact": {}}, 404),
        ("GET", "/contacts?cursor=x", None, 400),
        ("GET", "/chat/sessions/none/history", None, 404),
        ("POST", "/chat/sessions/filter", {"limit": 101}, 400),
    ],
)
def test_refusals(method: str, path: str, body: Any, status: int) -> None:
    async def story(box: Box) -> None:
        assert (await ask(box, method, path, body)).status_code == status

    in_box(story)


class Taking(Receiver):
    """A webhook that takes everything."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse({})(scope, receive, send)


async def heard(box: Box, session: str) -> list[tuple[str, str]]:
    items = (await ask(box, "GET", f"/chat/sessions/{session}/history")).json()["items"]
    return [(each["event"]["sender"]["type"], each["event"]["content"]["text"]) for each in items]


def test_what_was_said_in_a_call_is_the_history_of_its_conversation() -> None:
    async def story(box: Box) -> None:
        for _ in range(2):
            await box.call(platform="opencx", turns=[{"caller": "My invoice?"}, {"hang_up": True}])
        listed = (await ask(box, "GET", "/chat/sessions?channel_type=phone_voice")).json()["items"]
        assert [(each["id"], each["status"]) for each in listed] == [(conversation_with(PERSON), "closed_resolved")]
        assert await heard(box, listed[0]["id"]) == [("ai", "Hello"), ("contact", "My invoice?")] * 2

    in_box(story, receiver=Taking(), opencx_url=URL)


def test_something_is_said_in_a_conversation_and_it_is_changed() -> None:
    async def story(box: Box) -> None:
        made = (await ask(box, "POST", "/chat/sessions", {"contact_id": CONTACT, "channel": {"type": "web"}})).json()
        said = {"sender": "contact", "message": {"type": "text", "text": "Hello"}}
        assert (await ask(box, "POST", f"/chat/sessions/{made['id']}/send", said)).json()["success"]
        assert await heard(box, made["id"]) == [("contact", "Hello")]
        assert (await ask(box, "POST", f"/chat/sessions/{made['id']}/send", {"sender": "ai"})).status_code == 400
        await ask(box, "PATCH", f"/chat/sessions/{made['id']}", {"status": "closed_unresolved"})
        found = (await ask(box, "GET", "/chat/sessions?status=closed_unresolved&channel_type=web")).json()["items"]
        assert [each["id"] for each in found] == [made["id"]]
        pages = (await ask(box, "POST", "/chat/sessions/filter", {"page": 1, "limit": 1})).json()
        assert (pages["has_next"], [each["id"] for each in pages["data"]]) == (False, [made["id"]])

    in_box(story)
