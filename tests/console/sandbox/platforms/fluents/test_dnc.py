from __future__ import annotations

from typing import Any

import pytest

from tests.console.sandbox.support import Box, in_box

PAGES = "page=1&size=10&sort_column=id&sort_desc=false&filters="


async def ask(around: Box, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Authorization": "Bearer fluents_sandbox"}
    response = await around.http.request(method, f"/fluents/v1/dnc_numbers{path}", headers=headers, json=body)
    return response.status_code, response.json()


def test_numbers_are_added_once_and_listed() -> None:
    async def story(around: Box) -> None:
        status, added = await ask(around, "POST", "/create", {"phoneNumber": "+31612340001", "reason": "asked"})
        assert (status, added["reason"], added["userId"]) == (201, "asked", None)
        bulk = {"phoneNumbers": [{"phoneNumber": "+31612340001"}, {"phoneNumber": "+31612340002"}], "userId": "u1"}
        status, more = await ask(around, "POST", "/bulk", bulk)
        assert (status, more[0]["id"] == added["id"], more[1]["userId"]) == (201, True, "u1")
        _, listed = await ask(around, "GET", f"/list?type=user&{PAGES}")
        assert [each["phoneNumber"] for each in listed["items"]] == ["+31612349999", "+31612340001", "+31612340002"]
        _, everybody = await ask(around, "GET", f"/list?type=global&{PAGES}")
        assert everybody["items"] == []

    in_box(story)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/create", {}),
        ("POST", "/create", {"phoneNumber": "0612340001"}),
        ("POST", "/bulk", {}),
        ("POST", "/bulk", {"phoneNumbers": ["+31612340001"]}),
        ("POST", "/bulk", {"phoneNumbers": [{"phoneNumber": "+31612340001"}, {"phoneNumber": "x"}]}),
        ("GET", f"/list?{PAGES}", None),
        ("GET", "/list?type=user", None),
        ("GET", f"/list?type=everybody&{PAGES}", None),
    ],
)
def test_refusals(method: str, path: str, body: Any) -> None:
    async def story(around: Box) -> tuple[int, int]:
        status, _ = await ask(around, method, path, body)
        _, listed = await ask(around, "GET", f"/list?type=user&{PAGES}")
        return status, listed["total"]

    assert in_box(story) == (400, 1)
