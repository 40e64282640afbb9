from __future__ import annotations

import pytest
from starlette.responses import Response

from tests.workers.clients.support import Platform, context, refused, said_by, session
from workers.clients.errors import NotFound
from workers.clients.fluents.client import Fluents


async def test_numbers_go_into_the_pool_and_out_of_it() -> None:
    base = "POST /v1/account_connections"
    platform = Platform(
        {f"{base}/add_to_steering_pool": Response(), f"{base}/remove_from_steering_pool": Response(status_code=204)}
    )
    own = Fluents(session(platform)).connections
    await own.add_to_pool("acc-1", "+31850000001")
    await own.remove_from_pool("acc-1", "+31850000001")
    assert [(seen.query, seen.body) for seen in platform.seen] == [
        ("id=acc-1", {"phone_number": "+31850000001"}),
        ("id=acc-1", {"phone_number": "+31850000001"}),
    ]


async def test_a_connection_that_is_not_there() -> None:
    route = {"POST /v1/account_connections/add_to_steering_pool": refused(404, {})}
    with pytest.raises(NotFound):
        await Fluents(session(Platform(route))).connections.add_to_pool("none", "+31850000001")


async def test_credentials_are_written_down_neither_way() -> None:
    answer = {"id": "acc-1", "credentials": {"twilio_auth_token": "s3cret-read"}}
    platform = Platform({"POST /v1/account_connections/create": answer})
    recorder = context(platform.client(), "fluents")
    own = Fluents(session(platform, recorder=recorder)).connections
    made = await own.create({"type": "account_connection_telnyx", "credentials": {"api_key": "s3cret-sent"}})
    assert made.credentials == {"twilio_auth_token": "s3cret-read"}
    assert platform.seen[0].body["credentials"] == {"api_key": "s3cret-sent"}
    assert "s3cret" not in said_by(recorder)
