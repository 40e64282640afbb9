from __future__ import annotations

from typing import Any

import pytest

from workers.clients.errors import Invalid
from workers.clients.opencx.outbound import outbound_body

OWN = {"orgId": "o", "phoneAgentId": "{agent}", "calls": [{"number": "tel:{to}", "tries": 1}]}


@pytest.mark.parametrize(
    ("written", "body"),
    [
        (None, {"phoneAgentId": "a", "contact": {"phoneNumber": "+31"}}),
        ("camel", {"phoneAgentId": "a", "contact": {"phoneNumber": "+31"}}),
        ("snake", {"phone_agent_id": "a", "contact": {"phone_number": "+31"}}),
        (OWN, {"orgId": "o", "phoneAgentId": "a", "calls": [{"number": "tel:+31", "tries": 1}]}),
    ],
)
def test_the_body_is_written_as_the_connection_says(written: Any, body: dict[str, Any]) -> None:
    assert outbound_body(written, "a", "+31") == body


@pytest.mark.parametrize("written", ["pascal", ["{agent}", "{to}"], 3, {"phoneAgentId": "{agent}"}, {"to": "{to}"}])
def test_a_template_that_calls_nobody_is_refused(written: Any) -> None:
    with pytest.raises(Invalid, match="outbound_body"):
        outbound_body(written, "a", "+31")
