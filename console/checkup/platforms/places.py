"""Addresses of webhooks: which connection one leads to and through which door, and how it should be written."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from console.web.howto import HOST, TOKEN
from receiver.doors import NAMED, WORDS, Way, way_of
from store.connections import Connection

_HOOKS = "hooks"


@dataclass(frozen=True)
class Place:
    """An address of ours, taken apart."""

    base: str
    """What stands before `/hooks/`."""
    connection: str
    way: Way | None
    """None for a path that leads nowhere."""


def base_of(url: str) -> str:
    """Scheme, host and port as everybody writes them, and the path without its last slash; empty for no address."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        return ""
    usual = {"https": b":443", "http": b":80"}.get(parsed.scheme, b"")
    origin = f"{parsed.scheme}://{parsed.netloc.removesuffix(usual).decode()}"
    return f"{origin}{parsed.path.rstrip('/')}" if parsed.host else ""


def place_of(url: str) -> Place | None:
    """Where an address leads; None for one that has no connection in it."""
    before, found, behind = base_of(url).partition(f"/{_HOOKS}/")
    if not found:
        return None
    connection, _, rest = behind.partition("/")
    return Place(before, connection, way_of(rest or None))


def host_of(url: str) -> str:
    """Only where somebody else's address leads: the rest of it is theirs."""
    return base_of(url).partition("://")[2].partition("/")[0] or "no address"


def needs_token(connection: Connection, *, unsigned: bool) -> bool:
    """Whether an address without the path token proves nothing."""
    schemes = {entry.scheme for entry in connection.auth}
    return schemes == {"path_token"} or (unsigned and "path_token" in schemes)


def address(connection: Connection, public_url: str, door: str = "", *, unsigned: bool = False) -> str:
    """How the address should be written, with stand-ins for what must not be shown or is not known."""
    parts = [public_url or HOST, _HOOKS, connection.name]
    parts += [TOKEN] if needs_token(connection, unsigned=unsigned) else []
    parts += [door] if door in WORDS else []
    return "/".join([*parts, "NAME"] if door == NAMED else parts)
