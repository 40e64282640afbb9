from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.chaos.caller import read
from tests.chaos.ledgers import delivery
from tests.chaos.scene import FALLBACK
from tests.chaos.traffic import Delivery

MINE, ANOTHERS = "+31600000003", "+31600000004"
TOOL, FIRST_TOOL = delivery(3, "tool-calls"), delivery(3, "tool-calls", "g1")
CALL, SECOND_CALL, FIRST_CALL = (delivery(3, "assistant-request", each) for each in ("g3", "g2", "g1"))


def results(text: str, key: str = "tool_call_id", tool: str = "tool-3") -> dict[str, Any]:
    return {"results": [{key: tool, "result": text}]}


@pytest.mark.parametrize(
    ("sent", "body", "said"),
    [
        (TOOL, results(f"Found {MINE}."), "rule"),
        (TOOL, results(f"One moment {MINE}."), "meanwhile"),
        (TOOL, results(FALLBACK), "fallback"),
        (TOOL, results(f"Found {ANOTHERS}."), "malformed"),
        (TOOL, results(f"One moment {ANOTHERS}."), "malformed"),
        (TOOL, results(f"Found {MINE}.", key="toolCallId"), "malformed"),
        (TOOL, results(f"Found {MINE}.", tool="tool-4"), "malformed"),
        (TOOL, {"results": []}, "malformed"),
        (FIRST_TOOL, results(f"Found {MINE}.", key="toolCallId"), "rule"),
        (FIRST_TOOL, {}, "malformed"),
        (CALL, {"assistant": {"first_message": f"Hello {MINE}."}}, "rule"),
        (CALL, {"assistant": {"first_message": f"Hello {ANOTHERS}."}}, "malformed"),
        (CALL, {"assistant": {"firstMessage": f"Hello {MINE}."}}, "malformed"),
        (CALL, {}, "fallback"),
        (CALL, {"error": "no"}, "malformed"),
        (SECOND_CALL, {"assistant": {"firstMessage": f"Hello {MINE}."}}, "rule"),
        (FIRST_CALL, {"assistant": {"firstMessage": f"Hello {MINE}.", "model": {}, "voice": {}}}, "rule"),
        (FIRST_CALL, {"assistant": {"firstMessage": "Good day.", "model": {}, "voice": {}}}, "fallback"),
        (FIRST_CALL, {}, "malformed"),
        (delivery(3, "status-update"), {"event_id": "evt"}, "acknowledged"),
    ],
)
def test_an_answer_is_read_as_its_platform_reads_it(sent: Delivery, body: dict[str, Any], said: str) -> None:
    assert read(sent, httpx.Response(200, json=body))[0] == said


@pytest.mark.parametrize("sent", [TOOL, CALL, delivery(3, "status-update")])
def test_a_refusal_is_no_answer(sent: Delivery) -> None:
    assert read(sent, httpx.Response(503)) == ("refused", "status 503")


def test_what_is_no_json_is_no_answer() -> None:
    said, problem = read(TOOL, httpx.Response(200, content=b"<html>"))
    assert (said, "not JSON" in problem) == ("malformed", True)
