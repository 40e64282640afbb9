"""Three lists, two spellings, objects and texts: one way to read them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from receiver.providers.vapi.tools import asked, timeout

ARGUMENTS = {"day": "Mon", "note": "a\nb"}
BOOK = [("call_1", "book", ARGUMENTS)]


def entries(arguments: Any) -> list[dict[str, Any]]:
    return [
        {"id": "call_1", "type": "function", "function": {"name": "book", "arguments": arguments}},
        {"id": "call_1", "type": "function", "function": {"name": "book", "parameters": arguments}},
        {"id": "call_1", "name": "book", "arguments": arguments},
        {"id": "call_1", "name": "book", "parameters": arguments},
        {"id": "call_1", "function": {"name": "book"}, "arguments": arguments},
        {"id": "call_1", "name": "book", "function": {"arguments": arguments}},
    ]


@pytest.mark.parametrize("arguments", [ARGUMENTS, json.dumps(ARGUMENTS)])
@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("where", ["toolCallList", "toolCalls", "toolWithToolCallList"])
def test_every_combination(where: str, place: int, arguments: Any) -> None:
    entry = entries(arguments)[place]
    message = {where: [{"toolCall": entry} if where == "toolWithToolCallList" else entry]}
    assert asked(message, "tool-calls") == BOOK


@pytest.mark.parametrize(
    "tool", [{"name": "book"}, {"function": {"name": "book"}}, {"name": "x", "function": {"name": "book"}}]
)
def test_a_call_without_a_name_has_that_of_its_tool(tool: dict[str, Any]) -> None:
    message = {"toolWithToolCallList": [tool | {"toolCall": {"id": "call_1", "arguments": ARGUMENTS}}]}
    assert asked(message, "tool-calls") == BOOK


def test_the_first_list_that_holds_any_counts() -> None:
    other = {"id": "call_9", "name": "other"}
    message = {"toolCallList": [], "toolCalls": [entries(ARGUMENTS)[0]], "toolWithToolCallList": [{"toolCall": other}]}
    assert asked(message, "tool-calls") == BOOK
    assert (
        asked({"toolCallList": None, "toolCalls": "x", "toolWithToolCallList": [{"name": "book"}]}, "tool-calls") == []
    )


def test_a_legacy_call_is_one_tool() -> None:
    message = {"functionCall": {"name": "book", "parameters": ARGUMENTS}}
    assert asked(message, "function-call") == [("", "book", ARGUMENTS)]


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ({}, 20),
        ({"toolWithToolCallList": [{"server": {"timeoutSeconds": 5}}]}, 5),
        ({"toolWithToolCallList": [{"server": {"timeoutSeconds": 45}}, {"server": {"timeoutSeconds": 8}}]}, 8),
        (
            {
                "toolWithToolCallList": [{"server": {"url": "https://x"}}],
                "assistant": {"server": {"timeoutSeconds": 3}},
            },
            20,
        ),
        ({"toolWithToolCallList": [{}], "assistant": {"server": {"timeoutSeconds": 3}}}, 3),
        ({"assistant": {"server": {"timeoutSeconds": 3}}, "phoneNumber": {"server": {"timeoutSeconds": 4}}}, 3),
        ({"phoneNumber": {"server": {"timeoutSeconds": 4}}}, 4),
        ({"phoneNumber": {"server": {"timeoutSeconds": 100_000}}}, 300),
        ({"phoneNumber": {"server": {"timeoutSeconds": 0.01}}}, 1),
        ({"phoneNumber": {"server": {"timeoutSeconds": "soon"}}}, 20),
        ({"phoneNumber": {"server": {"timeoutSeconds": -1}}}, 20),
    ],
)
def test_how_long_the_server_is_waited_for(message: dict[str, Any], seconds: float) -> None:
    assert timeout(message) == seconds
