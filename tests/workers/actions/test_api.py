from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.responses import PlainTextResponse

from rules.engine.loading.load import load_folder
from store.connections import Api, Connection
from tests.workers.actions.support import Limits, Platform, given, perform
from tests.workers.clients.support import KEY, connection, refused
from workers.actions import ACTIONS, in_doubt_for
from workers.actions.api import ApiParams
from workers.clients.errors import Held, Invalid, NotFound
from workers.vocabulary import vocabulary

ROUTES = {
    ("flireo", "g1"): "GET /v1/phone-numbers",
    ("flireo", "g3"): "GET /usage",
    ("fluents", ""): "GET /v1/usage",
    ("opencx", ""): "GET /phone",
    ("vapi", ""): "GET /v2/phone-number",
}


@pytest.mark.parametrize(("provider", "generation"), ROUTES)
async def test_every_platform_is_asked_with_its_key(provider: str, generation: str) -> None:
    route = ROUTES[provider, generation]
    platform = Platform({route: {"total": 3, "next": "page-2"}})
    own = given(platform, provider, generation)
    answer = await perform(own, "api.request", path=route.removeprefix("GET "), query={"limit": 1})
    assert (answer["status"], answer["body"], answer["text"]) == (200, {"total": 3, "next": "page-2"}, "")
    assert platform.seen[0].query == "limit=1"
    assert platform.seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert "idempotency-key" not in platform.seen[0].headers


async def test_what_is_changed_carries_the_same_key_each_time() -> None:
    platform = Platform({"POST /tool": refused(201, {"id": "t1"})})
    own = given(platform, "vapi")
    for _ in range(2):
        await perform(own, "api.request", path="/tool", body={"type": "function"})
    assert {seen.headers["idempotency-key"] for seen in platform.seen} == {"evt_1/rule/step"}
    assert platform.seen[0].body == {"type": "function"}


async def test_credentials_are_cut_out_before_anything_is_kept() -> None:
    body = {"credentials": {"authToken": "t"}, "items": [{"webhook_secret": "s"}, f"key {KEY}"]}
    platform = Platform({"GET /x": refused(200, body, {"Set-Cookie": "sid=1", "X-Count": "2"})})
    answer = await perform(given(platform, "vapi"), "api.request", path="/x")
    assert answer["body"] == {
        "credentials": "[redacted]",
        "items": [{"webhook_secret": "[redacted]"}, "key [redacted]"],
    }
    assert (answer["headers"]["set-cookie"], answer["headers"]["x-count"]) == ("[redacted]", "2")


async def test_an_answer_that_is_no_json_is_text() -> None:
    platform = Platform({"GET /x": PlainTextResponse(f"hello {KEY}")})
    answer = await perform(given(platform, "vapi"), "api.request", path="/x")
    assert (answer["body"], answer["text"]) == ({}, "hello [redacted]")


async def test_a_status_may_be_accepted() -> None:
    platform = Platform({"GET /x": refused(404, {"message": "none"})})
    assert (await perform(given(platform, "vapi"), "api.request", path="/x", accept=[404]))["status"] == 404
    with pytest.raises(NotFound):
        await perform(given(platform, "vapi"), "api.request", path="/x")


async def test_it_stands_in_the_same_limit_as_everything_else() -> None:
    limits = Limits(wait=3.0, only="flireo:key:")
    with pytest.raises(Held):
        await perform(given(Platform({}), "flireo", "g3", limiter=limits), "api.request", path="/usage")


async def test_without_an_api_there_is_nothing_to_ask() -> None:
    own = given(Platform({}), "vapi", to=Connection(name="desk", provider="vapi"))
    with pytest.raises(Invalid, match="has no `api:`"):
        await perform(own, "api.request", path="/x")


async def test_elsewhere_cannot_be_reached() -> None:
    platform = Platform({})
    own = given(platform, "vapi", to=connection("vapi", base_url="https://vapi.test/base"))
    with pytest.raises(ValidationError):
        await perform(own, "api.request", path="//evil.test/x")
    assert platform.seen == []


@pytest.mark.parametrize(
    ("params", "fate"),
    [
        ({}, "repeat"),
        ({"method": "HEAD"}, "repeat"),
        ({"body": {}}, "park"),
        ({"method": "DELETE"}, "park"),
        ({"method": "PUT", "in_doubt": "repeat"}, "repeat"),
        ({"in_doubt": "park"}, "park"),
    ],
)
def test_what_becomes_of_it_in_doubt(params: dict[str, Any], fate: str) -> None:
    asked = ApiParams.model_validate({"path": "/x"} | params)
    assert in_doubt_for(ACTIONS["api.request"], asked) == fate


DESK = Connection(name="desk", provider="vapi", api=Api(base_url="https://vapi.test", key="k"))


def findings(tmp_path: Path, with_: str, to: Connection = DESK) -> list[str]:
    (tmp_path / "vars.yaml").write_text("usage: /usage\nelsewhere: usage\n")
    rule = f"description: x\non: status-update\nsteps:\n  - action: api.request\n    with: {with_}\n"
    (tmp_path / "r.yaml").write_text(rule)
    found = load_folder(tmp_path, vocabulary({"desk": to}, ())).findings
    return [each.code for each in found if each.code not in ("never-triggered", "unused-var")]


@pytest.mark.parametrize(
    ("with_", "codes"),
    [
        ("{ path: /usage }", []),
        ("{ path: '/call/${{ call.id }}' }", []),
        ("{ path: '/call/${{ call.id }}/x', method: PATCH, body: { a: 1 } }", []),
        ("{ path: '${{ vars.usage }}' }", []),
        ("{ path: '${{ vars.usage }}/${{ call.id }}' }", []),
        ("{ path: '${{ vars.elsewhere }}' }", ["bad-literal"]),
        ("{ path: usage }", ["bad-literal"]),
        ("{ path: //evil.test/x }", ["bad-literal"]),
        ("{ path: /calls?limit=1 }", ["bad-literal"]),
        ("{ path: '/a/../${{ call.id }}' }", ["bad-literal"]),
        ("{ path: '${{ call.id }}/x' }", ["bad-literal"]),
        ("{ path: '${{ call.id }}' }", ["bad-literal"]),
        ("{ path: /usage, method: FETCH }", ["bad-literal"]),
        ("{ method: GET }", ["missing-parameter"]),
        ("{ path: /usage, url: x }", ["unknown-parameter"]),
    ],
)
def test_check_knows_it(tmp_path: Path, with_: str, codes: list[str]) -> None:
    assert findings(tmp_path, with_) == codes


def test_check_wants_an_api(tmp_path: Path) -> None:
    assert findings(tmp_path, "{ path: /usage }", Connection(name="desk", provider="vapi")) == ["no-api"]


def test_values_in_the_path_are_percent_encoded(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(
        "description: x\non: status-update\nsteps:\n"
        "  - action: api.request\n    with: { path: '/call/${{ call.id }}' }\n"
    )
    loaded = load_folder(tmp_path, vocabulary({"desk": DESK}, ()))
    template = loaded.rules[0].steps[0].template.fields["path"]
    assert getattr(template, "encoded", False)
