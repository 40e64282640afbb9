"""What is made of a body, whichever generation it is of."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from store.conversation import Places
from store.event import Call, Report, ToolCall


class Fields(TypedDict, total=False):
    """The fields of an event that a body tells."""

    generation: str
    kind: str
    native: str
    occurred_at: datetime | None
    call: Call
    tools: list[ToolCall]
    report: Report
    conversation: Places
    dedup_key: str | None
