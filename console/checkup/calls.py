"""Calls: what platforms failed to deliver, as far as comparing with their lists has shown, and what cannot be known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from redis.exceptions import RedisError

from console.checkup.finding import Finding
from console.cli.storage import store_url
from console.missed import is_a_finding, sentences
from receiver.settings import ReceiverSettings
from store.client import open_store
from store.connections import Connection, ConnectionsError, load_connections
from store.embedded import EmbeddedError
from workers.reconcile.lists import completing


async def comparison_findings(settings: ReceiverSettings) -> list[Finding]:
    """What the last comparison of each connection found; nothing when the store cannot be reached."""
    try:
        store = open_store(store_url(settings))
    except (EmbeddedError, ValueError):
        return []
    try:
        return [_compared(name, record) for name, record in sorted((await store.reconciles.last()).items())]
    except (RedisError, OSError):
        return []
    finally:
        await store.close()


def _compared(name: str, record: Mapping[str, Any]) -> Finding:
    about, at = f"{name} calls", str(record.get("at", ""))[:16].replace("T", " ")
    if record["why"]:
        return Finding("ok", about, f"not compared with the platform's list: {record['why']}")
    said = f"{record['known']} compared at {at} UTC, {record['recovered']} recovered"
    if is_a_finding(record):
        return Finding("warning", about, f"{said}; {'; '.join(sentences(record))}", "run `hookswitch reconcile`")
    if record["recovered"]:
        return Finding("warning", about, f"{said}: their reports were never received", "look why: `hookswitch events`")
    return Finding("ok", about, said)


def completion_findings(path: Path, environ: Mapping[str, str]) -> list[Finding]:
    """Connections whose calls end without a report."""
    try:
        return list(_incomplete(load_connections(path, environ, "api").values()))
    except ConnectionsError:
        return []


def _incomplete(connections: Iterable[Connection]) -> Iterator[Finding]:
    for each in connections:
        if each.auth and completing(each.provider) and (each.api is None or not each.api.key or not each.on):
            said = "no API key, so calls are not completed: no end-of-call-report follows"
            yield Finding("warning", f"{each.name} reports", said, "give the connection an `api:` with a `key:`")
