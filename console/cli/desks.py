"""What commands share that play a platform towards one connection: a delivery made of a file, signed, posted."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import httpx

from console.cli.errors import CannotRun
from console.dev.session import remembered
from receiver.auth.signing import signed
from receiver.providers import UnknownProvider, provider_for
from receiver.raw import RawDelivery
from rules.engine.findings import did_you_mean
from store.connections import Connection, load_connections
from store.request import Request

RECEIVER = "http://127.0.0.1:8080"
_JSON = {"content-type": "application/json"}
_TIMEOUT = 60.0


def inlet_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """How a delivery comes in, where it is not a JSON body posted as an event."""
    for option in (
        click.option("--tool", default="", help="The name in the URL of a tool."),
        click.option("--door", type=click.Choice(["tools", "context", "data"]), help="Which of the URLs; else events."),
        click.option("--query", multiple=True, metavar="NAME=VALUE", help="A parameter in the URL."),
        click.option("--header", multiple=True, metavar="NAME:VALUE", help="A header of the delivery."),
        click.option("--method", default="POST", show_default=True, help="The HTTP method."),
    ):
        command = option(command)
    return command


def desk_of(name: str, path: Path, data_dir: Path) -> Connection:
    """The connection with its webhook secrets, from the environment or the last `dev`; raises CannotRun."""
    known = load_connections(path, {**remembered(data_dir), **os.environ}, "auth")
    if name not in known:
        raise CannotRun(f'{path} has no connection "{name}"{did_you_mean(name, known)}')
    try:
        provider_for(known[name])
    except UnknownProvider as error:
        raise CannotRun(f"connection {name}: {error}") from error
    return known[name]


def delivery(
    connection: str, body: Path | None, *, method: str, header: Sequence[str], query: Sequence[str],
    door: str | None, tool: str,
) -> RawDelivery:  # fmt: skip
    """An unsigned delivery with the bytes of the file; raises CannotRun."""
    door = door or ("tools" if tool else "")
    if (door == "tools") != bool(tool):
        raise CannotRun("name the tool with --tool, and only with --door tools")
    headers = {name.lower(): value.strip() for name, value in _pairs(header, ":")}
    request = Request(method.upper(), door, tool, dict(_pairs(query, "=")))
    content = body.read_bytes() if body else b""
    return RawDelivery(content, {**(_JSON if content else {}), **headers}, request, connection)


def _pairs(written: Sequence[str], sign: str) -> list[tuple[str, str]]:
    found = [each.partition(sign) for each in written]
    for name, between, _ in found:
        if not (name and between):
            raise CannotRun(f'write NAME{sign}VALUE instead of "{name}"')
    return [(name, value) for name, _, value in found]


def post(desk: Connection, raw: RawDelivery, url: str) -> httpx.Response:
    """Post a delivery to the receiver at `url`, signed now by the first entry of each scheme.

    Raises BadEntry and httpx's errors.
    """
    if desk.missing:
        raise CannotRun(f"connection {desk.name} is off: {', '.join(desk.missing)} not set here")
    for entry in {entry.scheme: entry for entry in reversed(desk.auth)}.values():
        raw = signed(raw, entry, datetime.now(UTC), provider_for(desk).signing)
    segments = [desk.name, raw.path_token, raw.request.door, raw.request.tool]
    path = "/".join(quote(segment, safe="") for segment in segments if segment)
    with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
        return client.request(
            raw.request.method, f"{url.rstrip('/')}/hooks/{path}", params=dict(raw.request.query) or None,
            content=raw.body, headers=dict(raw.headers),
        )  # fmt: skip
