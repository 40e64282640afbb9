from __future__ import annotations

import io
import json
import re
import shlex
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from rich.console import Console

from console.dev.lines import Welcome, banner, curl, event_line, examples, hook_url
from console.dev.ports import Ports
from console.dev.setup import DEMO_CONNECTIONS, PLAYED, readable_connections
from receiver.auth import BadSignature
from receiver.providers import PROVIDERS
from receiver.providers.flireo.signature import signed_headers
from receiver.raw import RawDelivery
from store.connections import AuthEntry, Connection

SECRETS = {
    "FRONT_DESK_WEBHOOK_SECRET": "it's a \"secret\" $HOME `x`", "FRONT_DESK_G2_WEBHOOK_SECRET": "two",
    "VAPI_DESK_WEBHOOK_SECRET": "three", "FLUENTS_DESK_TOKEN": "four", "FLUENTS_DESK_SIGNATURE_SECRET": "ZmlnaHQ=",
    "OPENCX_DESK_WEBHOOK_SECRET": "c2l4", "OPENCX_DESK_ACTION_TOKEN": "seven", "OPENCX_DESK_DATA_TOKEN": "eight",
    "FRONT_DESK_G1_TOKEN": "a b+c?d#e%f&g=é'\"",
}  # fmt: skip
BASE = "http://127.0.0.1:8080"


@pytest.fixture
def connections() -> dict[str, Connection]:
    """The demo's."""
    return readable_connections(DEMO_CONNECTIONS, SECRETS)


def page(*lines: str, width: int = 80) -> str:
    out = io.StringIO()
    console = Console(file=out, highlight=False, soft_wrap=True, width=width)
    for line in lines:
        console.print(line)
    return out.getvalue()


def pasted(line: str) -> RawDelivery:
    """What a shell and curl would make of a printed line."""
    program, quiet, url, *rest = shlex.split(line)
    assert (program, quiet) == ("curl", "-sS")
    options = list(zip(rest[::2], rest[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    (body,) = [value for option, value in options if option == "-d"]
    _, hooks, connection, *token = urlsplit(url).path.split("/")
    assert hooks == "hooks"
    lowered = {name.lower(): value for name, value in headers.items()}
    return RawDelivery(body.encode(), lowered, connection=connection, path_token=unquote("".join(token)))


def printed(connections: dict[str, Connection]) -> Iterator[RawDelivery]:
    welcome = Welcome(Ports(8080), Path(".hookswitch"), connections, can_call=True)
    text = page(*banner(welcome))
    return map(pasted, re.findall(r"^  (curl .*)$", text, re.MULTILINE))


def test_the_printed_lines_prove_themselves_and_are_understood(connections: dict[str, Connection]) -> None:
    call, tool = printed(connections)
    provider, now = PROVIDERS["flireo"], datetime.now(UTC)
    for raw in (call, tool):
        provider.verify(raw, connections[raw.connection].auth, now)
    assert [provider.normalise(raw)[0].kind for raw in (call, tool)] == ["assistant-request", "tool-calls"]
    assert [provider.normalise(raw)[0].generation for raw in (call, tool)] == ["g1", "g3"]
    assert provider.normalise(tool)[0].call.from_ == "+31612340001"


def test_the_signed_line_carries_what_the_platform_would_send(connections: dict[str, Connection]) -> None:
    _, tool = printed(connections)
    timestamp = int(tool.header("x-webhook-timestamp"))
    assert abs(timestamp - time.time()) < 60
    wanted = signed_headers(tool.body, SECRETS["FRONT_DESK_WEBHOOK_SECRET"], timestamp, "tool-calls")
    assert {name: value for name, value in wanted.items() if name != "user-agent"} == dict(tool.headers)


def test_a_changed_body_does_not_prove_itself(connections: dict[str, Connection]) -> None:
    _, tool = printed(connections)
    changed = RawDelivery(tool.body + b" ", tool.headers, connection=tool.connection)
    with pytest.raises(BadSignature):
        PROVIDERS["flireo"].verify(changed, connections["front_desk"].auth, datetime.now(UTC))


def test_no_example_where_the_entry_has_ways_of_its_own() -> None:
    entry = AuthEntry(scheme="hmac", secret="s", header="x-mine")
    desk = Connection(name="desk", provider="flireo", generation="g3", auth=(entry,))
    assert list(examples(BASE, {"desk": desk})) == []


def test_no_example_for_what_is_off_or_another_platform() -> None:
    entry = AuthEntry(scheme="hmac", secret="s")
    off = Connection(name="off", provider="flireo", auth=(entry,), missing=("X",))
    other = Connection(name="other", provider="fluents", auth=(entry,))
    assert list(examples(BASE, {"off": off, "other": other})) == []


def test_every_connection_that_accepts_events_has_its_url(connections: dict[str, Connection]) -> None:
    text = page(*banner(Welcome(Ports(8080), Path(".hookswitch"), connections, can_call=True)))
    for connection in connections.values():
        assert (f"  {hook_url(BASE, connection)} " in text) is bool(connection.auth)
    assert hook_url(BASE, connections["front_desk_g1"]).isascii()


def test_flags_are_printed_only_where_they_are_needed(connections: dict[str, Connection]) -> None:
    usual = page(*banner(Welcome(Ports(8080), Path(".hookswitch"), connections, can_call=True)))
    assert "hookswitch simulate call\n" in usual
    assert "hookswitch events\n" in usual
    other = page(*banner(Welcome(Ports(9000), Path("/tmp/my data"), connections, can_call=True)))
    assert "hookswitch simulate call --sandbox http://127.0.0.1:9010\n" in other
    assert "hookswitch events --data-dir '/tmp/my data'\n" in other
    none = page(*banner(Welcome(Ports(8080), Path(".hookswitch"), connections, can_call=False)))
    assert "simulate" not in none


def test_a_call_on_every_connection_of_the_sandbox_is_named(connections: dict[str, Connection]) -> None:
    text = page(*banner(Welcome(Ports(9000), Path(".hookswitch"), connections, can_call=True)))
    others = [name for name in PLAYED.values() if name != "front_desk"]
    said = f"simulate call --connection {others[0]} --sandbox http://127.0.0.1:9010   or {', '.join(others[1:])}\n"
    assert said in text
    few = {name: connections[name] for name in ("front_desk", "vapi_desk")}
    alone = page(*banner(Welcome(Ports(8080), Path(".hookswitch"), few, can_call=True)))
    assert "simulate call --connection vapi_desk\n" in alone
    only = page(*banner(Welcome(Ports(8080), Path(".hookswitch"), {"front_desk": few["front_desk"]}, can_call=True)))
    assert "--connection" not in only
    off = {**few, "vapi_desk": few["vapi_desk"].model_copy(update={"missing": ("VAPI_DESK_WEBHOOK_SECRET",)})}
    assert "--connection" not in page(*banner(Welcome(Ports(8080), Path(".hookswitch"), off, can_call=True)))


def test_made_and_missing_secrets_are_told_without_their_values() -> None:
    welcome = Welcome(Ports(8080), Path("d"), {}, can_call=False, made=("DESK_SECRET",), missing=("DESK_KEY",))
    text = page(*banner(welcome))
    assert "DESK_SECRET was not set: a random one stands in d/secrets.env" in text
    assert "not set: DESK_KEY" in text
    assert "no connection accepts events" in text


def test_curl_quotes_for_the_shell() -> None:
    line = curl("http://x/a b", '{"it\'s": "$HOME"}', {"x-y": "`z`"})
    assert shlex.split(line) == [
        "curl", "-sS", "http://x/a b", "-H", "content-type: application/json", "-H", "x-y: `z`",
        "-d", '{"it\'s": "$HOME"}',
    ]  # fmt: skip


def feed(**parts: Any) -> dict[str, Any]:
    line = {
        "event": "evt_1", "kind": "tool-calls", "connection": "desk", "from": "+316•••••01", "to": "", "ms": 41.4,
        "tools": ["look_up"], "rules": {},
    }  # fmt: skip
    return json.loads(json.dumps(line | parts))  # type: ignore[no-any-return]


def test_an_event_is_one_line() -> None:
    rules = {"find": "ran", "tell": "failed", "night": "not_matched"}
    (line,) = page(event_line(feed(rules=rules))).splitlines()
    assert re.match(
        r"\d\d:\d\d:\d\d tool-calls look_up +\+316•••••01 → unknown +find, tell failed  41 ms  desk evt_1$", line
    )


@pytest.mark.parametrize(
    ("parts", "who"),
    [
        ({"kind": "manual", "name": "tidy", "from": ""}, "manual rule tidy"),
        ({"kind": "schedule", "name": "night", "from": ""}, "schedule rule night"),
        ({"kind": "emitted", "name": "invoice.due", "from": ""}, "emitted invoice.due"),
        ({"kind": "emitted", "name": "invoice.due"}, "emitted +316•••••01 → unknown"),
        ({"kind": "unknown", "from": ""}, "unknown unknown → unknown"),
    ],
)
def test_an_event_without_a_call_is_told_by_what_it_belongs_to(parts: dict[str, Any], who: str) -> None:
    shown = " ".join(page(event_line(feed(tools=[], rules={"tidy": "ran"}, **parts))).split())
    assert f" {who} tidy 41 ms" in shown


def test_many_overtaken_rules_are_one_number() -> None:
    rules = {"a": "overtaken", "b": "ran", "c": "overtaken", "d": "failed", "e": "overtaken"}
    assert "  b, d failed and 3 overtaken  41 ms" in page(event_line(feed(rules=rules)))
    assert "  b, a overtaken  41 ms" in page(event_line(feed(rules={"b": "ran", "a": "overtaken"})))


@pytest.mark.parametrize(("rules", "told"), [({}, " no rule  "), ({"night": "not_matched"}, " no rule matched  ")])
def test_nothing_done_is_said(rules: dict[str, str], told: str) -> None:
    assert told in page(event_line(feed(rules=rules)))


def test_a_tools_name_cannot_steer_the_terminal() -> None:
    shown = page(event_line(feed(tools=["[red]x[/]\x1b[2J"])))
    assert "[red]x[/]\\x1b[2J" in shown
