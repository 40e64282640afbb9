"""Words people bring along from GitHub Actions, Home Assistant, Python and SQL, and what they are called here."""

from __future__ import annotations

from collections.abc import Mapping

KEYS: Mapping[str, Mapping[str, str]] = {
    "a rule": {
        "name": "a rule is named after its file; write `description`",
        "alias": "write `description`; a rule is named after its file",
        "id": "a rule is named after its file",
        "trigger": "write `on`",
        "triggers": "write `on`",
        "event": "write `on`",
        "when": "write `on` for the kind of event, `if` for conditions",
        "cron": "write on: { schedule: { cron: ... } }",
        "schedule": "write on: { schedule: { cron: ... } }",
        "timezone": "it stands in vars.yaml, or beside `cron` in `schedule`",
        "condition": "write `if`",
        "conditions": "write `if`",
        "where": "write `if`",
        "action": "write `steps`: a list, each with its `action`",
        "actions": "write `steps`",
        "do": "write `steps`",
        "then": "write `steps`",
        "jobs": "write `steps`; a rule is one job",
        "else": "write another entry of `answer`, or another rule",
        "reply": "write `answer`",
        "response": "write `answer`",
        "env": "constants stand in vars.yaml, secrets in the environment",
        "variables": "constants stand in vars.yaml",
        "vars": "constants stand in vars.yaml",
        "timeout": "write `within`, or `timeout` in a step",
        "disabled": "write `enabled: false`",
        "connection": "write `connections`",
        "shadow": "write `mode: shadow`",
        "version": "leave it out",
    },
    "a step": {
        "uses": "write `action`",
        "service": "write `action`",
        "run": "no commands are run here; write `action`, such as http.request",
        "needs": "steps run in the order of the file; write `if` where one depends on another",
        "depends_on": "steps run in the order of the file; write `if` where one depends on another",
        "data": "write `with`",
        "params": "write `with`",
        "parameters": "write `with`",
        "args": "write `with`",
        "inputs": "write `with`",
        "env": "write `with`",
        "url": "it belongs into `with`",
        "condition": "write `if`",
        "when": "write `if`",
        "continue-on-error": "write `on_error: continue`",
        "continue_on_error": "write `on_error: continue`",
        "timeout-minutes": "write `timeout`, such as 10s",
        "retries": "write retry: { tries: 3 }",
        "delay": "nothing waits here; an `action: emit` with `at` comes back later",
        "loop": "write `for_each`",
        "repeat": "write `for_each`",
        "with_items": "write `for_each`",
        "parallel": "steps run one after the other",
        "alias": "write `name`",
        "description": "write `name`",
    },
    "`retry`": {"count": "write `tries`", "delay": "write `first`", "attempts": "write `tries`"},
    "`limit`": {"window": "write `per`", "period": "write `per`", "max": "write `count`"},
    "`concurrency`": {
        "group": "write `key`",
        "cancel-in-progress": "write `mode: restart`",
        "cancel_in_progress": "write `mode: restart`",
    },
    "`schedule`": {"at": "write `cron`", "tz": "write `timezone`", "zone": "write `timezone`"},
}
"""What a map is called in findings → key → what to do instead."""

MERGE = "merge keys are not read; write the keys out"
FLAGS: Mapping[str, str] = dict.fromkeys(("yes", "y", "on"), "true") | dict.fromkeys(("no", "n", "off"), "false")

KINDS: Mapping[str, str] = {
    "call": "assistant-request is a call that comes in, end-of-call-report one that is over",
    "incoming-call": "write assistant-request",
    "inbound": "write assistant-request, with call.direction in `if`",
    "call-received": "write assistant-request",
    "tool": "write tool-calls: NAME",
    "function-call": "write tool-calls: NAME",
    "hangup": "write end-of-call-report",
    "cron": 'write schedule: { cron: "0 18 * * *" }',
    "workflow-dispatch": "write manual",
    "push": "write manual for a rule that is run by hand",
    "webhook": "every event comes by a webhook; name its kind",
}
"""What somebody may call a kind of event → what to write."""

NAMES: Mapping[str, str] = {
    "null": 'a name is never null; compare with ""',
    "nil": 'a name is never null; compare with ""',
    "None": 'a name is never null; compare with ""',
    "undefined": 'a name is never null; compare with ""',
    "True": "write true",
    "False": "write false",
    "TRUE": "write true",
    "FALSE": "write false",
    "yes": "write true",
    "no": "write false",
    "on": "write true",
    "off": "write false",
    "caller": "write call.from",
    "caller_id": "write call.from",
    "from": "write call.from",
    "to": "write call.to",
    "today": "write date(now)",
    "states": "there are no states here; ask memory.caller, or a step",
}
"""Bare names → what to write."""

GROUPS: Mapping[str, str] = {
    "env": "constants are vars.{}, secrets are secrets.{} inside `with`",
    "github": "what happened is in event.* and call.*",
    "inputs": "what the agent filled in is tool.arguments.{}",
    "input": "what the agent filled in is tool.arguments.{}",
    "needs": "write steps.ID.NAME; a rule is one job",
    "jobs": "write steps.ID.NAME; a rule is one job",
    "trigger": "what happened is in event.* and call.*",
    "var": "write vars.{}",
    "variables": "write vars.{}",
    "secret": "write secrets.{} inside `with`",
    "args": "write tool.arguments.{}",
    "arguments": "write tool.arguments.{}",
    "params": "write tool.arguments.{}",
    "result": "write steps.ID.NAME",
    "states": "there are no states here; ask memory.caller, or a step",
}
"""First words of names with a dot → what to write; `{}` stands for the rest."""
