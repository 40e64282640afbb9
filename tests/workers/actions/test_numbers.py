from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from workers.actions.numbers import LinkParams, NumberParams, SearchParams, UnlinkParams, UpdateParams


@pytest.mark.parametrize(
    ("params", "given"),
    [
        (NumberParams, {}),
        (NumberParams, {"number": ""}),
        (LinkParams, {"number": "+31850000001"}),
        (LinkParams, {"number": "+31850000001", "agent": ""}),
        (LinkParams, {"number": "+31850000001", "assistant": "a"}),
        (UnlinkParams, {}),
        (UpdateParams, {"number": "n1", "set": {}}),
        (SearchParams, {"limit": 0}),
        (SearchParams, {"limit": 1000}),
    ],
)
def test_what_makes_no_sense_is_refused(params: Any, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        params.model_validate(given)


def test_unlinking_needs_only_one_name() -> None:
    assert UnlinkParams(number="n1").agent == ""
    assert UnlinkParams(agent="a1").number == ""
