from __future__ import annotations

from typing import Any

import pytest

from console.sandbox.platforms.fluents.common import FluentsError, invalid, only, require, unknown
from console.sandbox.settings import Options
from tests.console.sandbox.support import Box, in_box

LIST = "/fluents/v1/numbers/list"
ALL = {"page": "1", "size": "2", "sort_column": "id", "sort_desc": "false", "filters": ""}


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("text", {"message": "x", "error": "Bad Request", "statusCode": 400}),
        ("list", {"message": ["x"], "error": "Bad Request", "statusCode": 400}),
        ("detail", {"detail": [{"loc": ["body"], "msg": "x", "type": "BadRequestError"}]}),
    ],
)
def test_errors_come_in_three_shapes(shape: Any, body: dict[str, Any]) -> None:
    assert invalid("x").body(Options(fluents_error_shape=shape)) == body


def test_what_is_not_there() -> None:
    assert (unknown("Agent").status, unknown("Agent").message) == (404, "Agent not found")


@pytest.mark.parametrize("given", [{"a": "text"}, {"b": 1}, {"a": 1, "c": 1}])
def test_what_may_not_be_sent(given: dict[str, Any]) -> None:
    with pytest.raises(FluentsError):
        only(given, {"a": int})
    only({"a": 1}, {"a": int})


def test_null_counts_as_missing() -> None:
    with pytest.raises(FluentsError, match="a should not be empty"):
        require({"a": None}, ["a"])
    require({"a": ""}, ["a"])


@pytest.mark.parametrize("missing", ALL)
def test_newer_lists_want_every_parameter(missing: str) -> None:
    async def story(around: Box) -> tuple[int, int]:
        headers = {"Authorization": "Bearer fluents_sandbox"}
        query = {name: value for name, value in ALL.items() if name != missing}
        whole = await around.http.get(LIST, headers=headers, params=ALL)
        return whole.status_code, (await around.http.get(LIST, headers=headers, params=query)).status_code

    assert in_box(story) == (200, 400)
    assert in_box(story, fluents_form="older") == (200, 200)
