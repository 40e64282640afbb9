"""The provider as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.vapi import LONGEST_DEADLINE, Vapi
from store.event import Event


def waiting(kind: str, **message: Any) -> Event:
    return Event(kind=kind, raw={"message": message})


@pytest.mark.parametrize(
    ("event", "seconds"),
    [
        (waiting("assistant-request", phoneNumber={"server": {"timeoutSeconds": 60}}), 6.0),
        (waiting("knowledge-request"), 8.0),
        (waiting("tool-calls"), 18.0),
        (waiting("dial-request"), 18.0),
        (waiting("transfer-request", assistant={"server": {"timeoutSeconds": 10}}), 8.0),
        (waiting("tool-calls", toolWithToolCallList=[{"server": {"timeoutSeconds": 3}}]), 2.0),
        (waiting("tool-calls", toolWithToolCallList=[{"server": {"timeoutSeconds": 300}}]), LONGEST_DEADLINE),
        (waiting("status-update"), None),
        (Event(kind="tool-calls"), 18.0),
    ],
)
def test_how_long_each_kind_is_waited_for(event: Event, seconds: float | None) -> None:
    assert Vapi().deadline(event) == seconds
