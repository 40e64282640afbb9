"""What OpenCX makes of the reply to an action: its model is given the status and the whole body as text. Pure.

A failure with a sentence is explained by the agent; nothing but silence and a failure of the server is trouble.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from console.sandbox.caller import ToolResults, spoken
from console.sandbox.courier import Reply

NO_AGENT = "no agent answers this number"


def read_result(reply: Reply, asked: Sequence[str]) -> ToolResults:
    """Read the reply to the one action that was asked."""
    if not reply.in_time:
        return ToolResults({}, (f"tool-calls: {reply.error}",))
    problems = (f"tool-calls: the reply's status was {reply.status}",) if reply.status >= 500 else ()
    said = _worded(reply)
    return ToolResults({asked[0]: said} if said else {}, problems)


def _worded(reply: Reply) -> str:
    try:
        body = json.loads(reply.body)
    except ValueError:
        return reply.text
    return spoken(_inner(body))


def _inner(body: Any) -> Any:
    """A lone result or error is what the model would word; anything else is read out whole."""
    if isinstance(body, dict) and len(body) == 1:
        return next((body[name] for name in ("result", "error", "spoken") if name in body), body)
    return body
