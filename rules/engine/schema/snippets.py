"""Whole rules and cases to fill in. `$1` and `${1:text}` are the places where an editor puts the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from rules.engine.schema.words import Schema, snippet

_WHAT = "${1:Say in one sentence what it is for.}"
_OWNER = "${2:support-ops}"

RULES: Sequence[Schema] = [
    snippet(
        "rule: who answers a call",
        "A call comes in, and this says which assistant answers.",
        {"description": _WHAT, "owner": _OWNER, "on": "assistant-request",
         "if": ['${3:call.to == "+31850000001"}'], "answer": {"assistant": "${4:asst_night}"}},
    ),
    snippet(
        "rule: run a tool",
        "The agent runs a tool while the caller waits.",
        {"description": _WHAT, "owner": _OWNER, "on": {"tool-calls": "${3:order_status}"},
         "steps": [{"id": "${4:order}", "action": "http.request", "with": {"url": "${5:https://}"}, "timeout": "3s"}],
         "answer": {"result": "$6"}, "within": "4s"},
    ),
    snippet(
        "rule: after a call",
        "A call has ended, and something is done with its report.",
        {"description": _WHAT, "owner": _OWNER, "on": "end-of-call-report",
         "steps": [{"action": "${3:log}", "with": {"message": "$4"}}]},
    ),
    snippet(
        "rule: at set times",
        "Something is done at these times.",
        {"description": _WHAT, "owner": _OWNER,
         "on": {"schedule": {"cron": "${3:0 18 * * MON-FRI}", "timezone": "${4:Europe/Amsterdam}"}},
         "steps": [{"action": "${5:number.link}", "connection": "${6:front_desk}",
                    "with": {"number": "$7", "agent": "$8"}}]},
    ),
]  # fmt: skip

CASES: Sequence[Schema] = [
    snippet(
        "case: of a sample",
        "A platform's own delivery, changed where the case needs it.",
        {"name": "${1:what is tested}", "event": {"sample": "${2:flireo/assistant-request__g3}"},
         "expect": {"outcome": "${3:ran}"}},
    ),
    snippet(
        "case: of fields",
        "An event made of a few fields.",
        {"name": "${1:what is tested}", "event": {"fields": {"${2:call.from}": "${3:+31612340001}"}},
         "expect": {"outcome": "${4:not_matched}", "stopped_at": "${5:if[0]}"}},
    ),
]  # fmt: skip
