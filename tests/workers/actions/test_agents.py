from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from workers.actions.agents import AgentParams, ListParams, UpdateParams


@pytest.mark.parametrize(
    ("params", "given"),
    [
        (ListParams, {"page": 2}),
        (AgentParams, {}),
        (AgentParams, {"agent": ""}),
        (UpdateParams, {"agent": "a1"}),
        (UpdateParams, {"agent": "a1", "set": {}}),
        (UpdateParams, {"agent": "a1", "name": "x"}),
    ],
)
def test_what_makes_no_sense_is_refused(params: Any, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        params.model_validate(given)
