from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from starlette.responses import Response

from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import refused
from workers.actions.platforms.opencx.contacts import WhoParams
from workers.clients.base import MAX_PAGES
from workers.clients.errors import Invalid

ASHA = {
    "id": "c1",
    "name": "Asha",
    "phone_number": "+31612340001",
    "email": "asha@example.com",
    "custom_data": {"a": 1},
}


def platform(*items: Any) -> Platform:
    return Platform({"GET /contacts": {"items": list(items), "next": None}})


@pytest.mark.parametrize(
    "who", [{"id": "c1"}, {"phone": "+31 6 1234 0001"}, {"email": "ASHA@example.com"}, {"id": "c1", "email": "other"}]
)
async def test_a_contact_is_found_by_any_of_three(who: dict[str, Any]) -> None:
    found = await perform(given(platform({"id": "c0"}, ASHA), "opencx"), "opencx.contact.get", **who)
    assert (found["found"], found["id"], found["phone"], found["custom_data"]) == (True, "c1", "+31612340001", {"a": 1})


async def test_nobody_is_found_without_an_error() -> None:
    found = await perform(given(platform(ASHA), "opencx"), "opencx.contact.get", phone="+31612340002")
    assert (found["found"], found["id"]) == (False, "")


async def test_somebody_who_is_known_is_changed_and_not_made_twice() -> None:
    own = Platform({"GET /contacts": {"items": [ASHA]}, "PATCH /contacts/c1": ASHA | {"name": "Asha B."}})
    found = await perform(
        given(own, "opencx"),
        "opencx.contact.upsert",
        phone="+31612340001",
        name="Asha B.",
        custom_data={"plan": "gold"},
    )
    assert (found["created"], found["id"], found["name"]) == (False, "c1", "Asha B.")
    sent = {"phone": "+31612340001", "name": "Asha B.", "custom_data": {"plan": "gold"}}
    assert own.seen[-1].body == {"contact": sent}


async def test_somebody_new_is_made() -> None:
    own = Platform({"GET /contacts": {"items": []}, "POST /contacts": ASHA})
    found = await perform(given(own, "opencx"), "opencx.contact.upsert", email="asha@example.com")
    assert (found["created"], found["id"]) == (True, "c1")
    assert own.seen[-1].body == {"contact": {"email": "asha@example.com"}}


async def test_with_an_id_nothing_is_looked_up() -> None:
    own = Platform({"PATCH /contacts/c1": {}})
    found = await perform(given(own, "opencx"), "opencx.contact.upsert", id="c1", name="Asha")
    assert (found["id"], own.said()) == ("c1", ["PATCH /contacts/c1"])


async def test_nobody_is_made_while_there_is_more_to_read() -> None:
    pages = iter(range(MAX_PAGES + 1))
    own = Platform({"GET /contacts": lambda _: {"items": [{"id": "x"}], "next": f"p{next(pages)}"}})
    with pytest.raises(Invalid, match="by its id"):
        await perform(given(own, "opencx"), "opencx.contact.upsert", phone="+31612340001")
    assert len(own.seen) == MAX_PAGES


@pytest.mark.parametrize("answer", [Response(status_code=204), refused(404, {})])
async def test_who_is_forgotten_is_forgotten(answer: Response) -> None:
    own = Platform({"DELETE /contacts/c1": answer})
    assert (await perform(given(own, "opencx"), "opencx.contact.delete", id="c1"))["id"] == "c1"


def test_somebody_must_be_named() -> None:
    with pytest.raises(ValidationError, match="id, phone or email"):
        WhoParams.model_validate({})
