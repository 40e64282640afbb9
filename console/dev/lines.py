"""What `dev` prints: how to try it at the start, then one readable line for each event."""

from __future__ import annotations

import hashlib
import hmac
import shlex
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.markup import escape

from console.dev.setup import Ports
from store.connections import Connection

_EXAMPLE_G1 = '{"eventType":"assistant-request","fromCaller":"+31612340001","toAssistant":"+31850000001"}'
_EXAMPLE_G3 = (
    '{"message":{"type":"tool-calls","call":{"id":"try-1","type":"inbound_phone_call","status":"in-progress"},'
    '"phone_number":{"number":"+31850000001"},"customer":{"number":"+31612340001"},'
    '"tool_call_list":[{"id":"call_1","type":"function","function":{"name":"find_customer","arguments":{}}}]}}'
)
_OUTCOMES = {"ran": "green", "failed": "red", "error": "red", "dead": "red"}


def banner(ports: Ports, connections: Mapping[str, Connection], *, sandbox: bool, data_dir: str) -> Iterator[str]:
    """The lines at the start: URLs, something to paste, and how to place a call."""
    base = f"http://127.0.0.1:{ports.receiver}"
    yield f"\n[bold]Hookswitch is up[/] on {base}   [dim]data in {escape(data_dir)}[/]\n"
    yield "webhook URLs"
    for connection in connections.values():
        if connection.on and connection.auth:
            yield f"  {escape(hook_url(base, connection))}   [dim]{connection.provider}, {connection.auth[0].scheme}[/]"
    for heading, line in _examples(base, connections):
        yield f"\n{heading}\n  {escape(line)}"
    if sandbox:
        yield "\nplace a simulated call\n  make call   [dim]or[/]   hookswitch simulate call --generation g3"
    yield "\n[dim]Ctrl-C stops everything[/]\n"


def hook_url(base: str, connection: Connection) -> str:
    """The URL to set on the platform, with its token where it authenticates by one."""
    token = next((entry.secret for entry in connection.auth if entry.scheme == "path_token"), "")
    return f"{base}/hooks/{connection.name}" + (f"/{token}" if token else "")


def _examples(base: str, connections: Mapping[str, Connection]) -> Iterator[tuple[str, str]]:
    usable = [c for c in connections.values() if c.on and c.provider == "flireo"]
    tokened = next((c for c in usable if any(entry.scheme == "path_token" for entry in c.auth)), None)
    signed = next((c for c in usable if any(entry.scheme == "hmac" for entry in c.auth)), None)
    if tokened:
        yield "a call comes in (path token)", curl(hook_url(base, tokened), _EXAMPLE_G1)
    if signed:
        secret = next(entry.secret for entry in signed.auth if entry.scheme == "hmac")
        headers = signed_headers(secret, _EXAMPLE_G3, int(time.time()))
        yield "a tool call (signed, good for five minutes)", curl(hook_url(base, signed), _EXAMPLE_G3, headers)


def signed_headers(secret: str, body: str, timestamp: int) -> dict[str, str]:
    """The headers a platform of generation three sends."""
    digest = hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Webhook-Timestamp": str(timestamp), "X-Webhook-Signature": f"sha256={digest}"}


def curl(url: str, body: str, headers: Mapping[str, str] | None = None) -> str:
    """A command to paste."""
    given = {"Content-Type": "application/json", **(headers or {})}
    flags = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in given.items())
    return f"curl -sS {shlex.quote(url)} {flags} -d {shlex.quote(body)}"


def event_line(line: Mapping[str, Any]) -> str:
    """One event as it is done: when, what, who, which rules did what, how long it took."""
    at = datetime.now().astimezone().strftime("%H:%M:%S")
    what = line["kind"] + "".join(f" {tool}" for tool in line["tools"])
    who = f"{line['from'] or 'unknown'} → {line['to'] or 'unknown'}"
    acted = {rule: outcome for rule, outcome in line["rules"].items() if outcome != "not_matched"}
    rules = " ".join(_rule(rule, outcome) for rule, outcome in acted.items()) or "[dim]no rule[/]"
    return (
        f"[dim]{at}[/] {escape(what):<34} {escape(who):<26} {rules}  [dim]{line['ms']:g} ms  "
        f"{escape(line['connection'])} {line['event']}[/]"
    )


def _rule(rule: str, outcome: str) -> str:
    return f"[{_OUTCOMES.get(outcome, 'yellow')}]{escape(rule)}[/]" + (
        "" if outcome == "ran" else f" [dim]{outcome}[/]"
    )
