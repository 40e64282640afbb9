"""What `dev` prints: how to try it at the start, then one readable line for each event."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.markup import escape

from console.dev.ports import Ports
from console.dev.setup import PLAYED, USUALLY_PLAYED
from console.texts import printable
from receiver.providers.flireo.signature import signed_headers
from rules.engine.playing.turns import OVERTAKEN
from rules.engine.rule import BY_NAME
from store.connections import AuthEntry, Connection

COMMAND = "hookswitch"
USUAL_PORT = 8080
USUAL_DATA_DIR = Path(".hookswitch")

_EXAMPLE_G1 = '{"eventType":"assistant-request","fromCaller":"+31612340001","toAssistant":"+31850000001"}'
_EXAMPLE_G3 = (
    '{"message":{"type":"tool-calls","call":{"id":"try-1","type":"inbound_phone_call","status":"in-progress"},'
    '"phone_number":{"number":"+31850000001"},"customer":{"number":"+31612340001"},'
    '"tool_call_list":[{"id":"call_1","type":"function","function":{"name":"find_customer","arguments":{}}}]}}'
)
_OUTCOMES = {"ran": "green", "failed": "red", "error": "red", "dead": "red"}


@dataclass(frozen=True)
class Welcome:
    """What the lines at the start depend on."""

    ports: Ports
    data_dir: Path
    connections: Mapping[str, Connection]
    can_call: bool
    """Whether the simulated platform knows a connection to post to."""
    made: tuple[str, ...] = ()
    """Webhook secrets that were made here for the user's own connections."""
    missing: tuple[str, ...] = ()
    """Variables that nobody set and that cannot be made up."""


def banner(welcome: Welcome) -> Iterator[str]:
    """The lines at the start: URLs, something to paste, how to place a call and how to look at it."""
    base = welcome.ports.receiver_url
    yield f"\n[bold green]Hookswitch is up[/] on [bold]{base}[/]   [dim]data in {escape(str(welcome.data_dir))}[/]"
    yield from _urls(base, welcome.connections)
    yield from _about_secrets(welcome)
    for heading, line in examples(base, welcome.connections):
        yield f"\n{heading}\n  {escape(line)}"
    command = f"  {escape(_program())}"
    if welcome.can_call:
        yield f"\nplace a simulated call, in another terminal\n{command} simulate call{_sandbox_flag(welcome)}"
        yield from _other_calls(f"{command} simulate call", welcome)
    flag = _data_flag(welcome)
    yield f"\nsee what came in, and why it was handled as it was\n  [bold]{welcome.ports.console_url}[/]"
    yield f"{command} events{flag}"
    yield f"{command} trace{flag} [dim]EVENT[/]\n\n[dim]Ctrl-C stops everything[/]\n"


def _program() -> str:
    """Our command as it can be typed here."""
    return COMMAND if shutil.which(COMMAND) or Path(sys.argv[0]).name != COMMAND else sys.argv[0]


def _urls(base: str, connections: Mapping[str, Connection]) -> Iterator[str]:
    usable = _usable(connections)
    if not usable:
        yield "\n[yellow]▲ no connection accepts events; add one with `auth` to the connections file[/]"
        return
    urls = {connection.name: hook_url(base, connection) for connection in usable}
    width = max(map(len, urls.values()))
    yield "\nwebhook URLs"
    for connection in usable:
        schemes = " or ".join(dict.fromkeys(entry.scheme for entry in connection.auth))
        yield f"  {escape(urls[connection.name].ljust(width))}   [dim]{connection.provider}, {schemes}[/]"


def _usable(connections: Mapping[str, Connection]) -> list[Connection]:
    return [connection for connection in connections.values() if connection.on and connection.auth]


def _other_calls(command: str, welcome: Welcome) -> Iterator[str]:
    """A call on each of the other connections that the sandbox posts to."""
    usable = {connection.name for connection in _usable(welcome.connections)}
    first, *others = [name for name in PLAYED.values() if name in usable - {USUALLY_PLAYED}] or [""]
    if first:
        also = f"   [dim]or {', '.join(others)}[/]" if others else ""
        yield f"{command} --connection {first}{_sandbox_flag(welcome)}{also}"


def _about_secrets(welcome: Welcome) -> Iterator[str]:
    if welcome.made:
        yield (
            f"\n[yellow]▲ {', '.join(welcome.made)} was not set: a random one stands in "
            f"{escape(str(welcome.data_dir))}/secrets.env; give the platform the same[/]"
        )
    if welcome.missing:
        yield f"\n[yellow]▲ not set: {', '.join(welcome.missing)}; what needs it is off until you set it[/]"


def _sandbox_flag(welcome: Welcome) -> str:
    return "" if welcome.ports.receiver == USUAL_PORT else f" --sandbox {welcome.ports.sandbox_url}"


def _data_flag(welcome: Welcome) -> str:
    return "" if welcome.data_dir == USUAL_DATA_DIR else f" --data-dir {escape(shlex.quote(str(welcome.data_dir)))}"


def hook_url(base: str, connection: Connection) -> str:
    """The URL to set on the platform, with its token where it authenticates by one."""
    token = next((entry.secret for entry in connection.auth if entry.scheme == "path_token"), "")
    return f"{base}/hooks/{connection.name}" + (f"/{quote(token, safe='')}" if token else "")


def examples(base: str, connections: Mapping[str, Connection]) -> Iterator[tuple[str, str]]:
    """A heading and a command to paste, for the first connection of each sort that events come in on."""
    usable = [c for c in connections.values() if c.on and c.provider == "flireo"]
    tokened = next((c for c in usable if c.generation in ("g1", "auto") and _entry(c, "path_token")), None)
    signed = next((c for c in usable if c.generation in ("g3", "auto") and _entry(c, "hmac")), None)
    if tokened:
        yield "a call comes in [dim](path token)[/]", curl(hook_url(base, tokened), _EXAMPLE_G1)
    if signed and (entry := _entry(signed, "hmac")):
        headers = signed_headers(_EXAMPLE_G3.encode(), entry.secret, int(time.time()), "tool-calls")
        shown = {name: value for name, value in headers.items() if name.startswith("x-webhook-")}
        line = curl(hook_url(base, signed), _EXAMPLE_G3, shown)
        yield "the agent runs a tool [dim](signed, good for five minutes)[/]", line


def _entry(connection: Connection, scheme: str) -> AuthEntry | None:
    """The first entry of this scheme that follows the platform's own ways."""
    plain = (AuthEntry(scheme=entry.scheme, secret=entry.secret) == entry for entry in connection.auth)
    pairs = zip(connection.auth, plain, strict=True)
    return next((entry for entry, as_usual in pairs if as_usual and entry.scheme == scheme), None)


def curl(url: str, body: str, headers: Mapping[str, str] | None = None) -> str:
    """A command to paste."""
    given = {"content-type": "application/json", **(headers or {})}
    flags = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in given.items())
    return f"curl -sS {shlex.quote(url)} {flags} -d {shlex.quote(body)}"


def event_line(line: Mapping[str, Any], moment: datetime | None = None) -> str:
    """One event as it is done: when (now unless it is told), what, who, which rules did what, how long it took."""
    at = (moment or datetime.now().astimezone()).strftime("%H:%M:%S")
    what = printable(line["kind"] + "".join(f" {tool}" for tool in line["tools"]))
    who = printable(_who(line))
    return (
        f"[dim]{at}[/] {escape(f'{what:<26}')} {escape(f'{who:<25}')} {_rules(line['rules'])}  "
        f"[dim]{line['ms']:.0f} ms  {escape(line['connection'])} {escape(line['event'])}[/]"
    )


def _who(line: Mapping[str, Any]) -> str:
    """Who called whom; the rule that a schedule or a person runs; the name of what a rule emitted."""
    if line["from"] or line["to"] or not line.get("name"):
        return f"{line['from'] or 'unknown'} → {line['to'] or 'unknown'}"
    return f"rule {line['name']}" if line["kind"] in BY_NAME else str(line["name"])


def _rules(rules: Mapping[str, str]) -> str:
    """Those that did something; a rule that ran needs no word for it, and of many that had no turn only the number."""
    acted = {rule: outcome for rule, outcome in rules.items() if outcome != "not_matched"}
    if not acted:
        return "[dim]no rule matched[/]" if rules else "[dim]no rule[/]"
    overtaken = [rule for rule, outcome in acted.items() if outcome == OVERTAKEN]
    folded = overtaken if len(overtaken) > 1 and len(overtaken) < len(acted) else []
    told = ", ".join(_rule(rule, outcome) for rule, outcome in acted.items() if rule not in folded)
    return told + (f" [dim]and {len(folded)} overtaken[/]" if folded else "")


def _rule(rule: str, outcome: str) -> str:
    word = "" if outcome == "ran" else f" [dim]{outcome.replace('_', ' ')}[/]"
    return f"[{_OUTCOMES.get(outcome, 'yellow')}]{escape(rule)}[/]{word}"
