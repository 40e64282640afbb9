"""Any request of a platform's API, for what no client has a method for: the same key, limits, records and failures.

The path can lead nowhere else: host and beginning are the connection's, and no segment means "one up".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import httpx

from workers.clients.base import ANSWER_LIMIT, ApiClient, Session
from workers.clients.errors import Invalid
from workers.clients.exchange import Received, exchange, json_bytes
from workers.clients.failures import failure

_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "/%:@!$&'()*+,;=~-._"
"""What stands in a path as it is; letters outside ASCII are encoded."""


@dataclass(frozen=True)
class AnyRequest:
    """What is asked. `path` follows the connection's base URL, as the platform's own documentation writes it."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def path_fault(path: str) -> str:
    """Why this can be no path, as a sentence; empty when it can."""
    if not path.startswith("/"):
        return "a path begins with /, and the connection says what stands before it"
    if "?" in path or "#" in path:
        return "a path holds no ? and no #; write what follows under `query`"
    if _CONTROL.search(path) or _ESCAPE.search(path):
        return "a path holds no blanks, no backslashes and no % that is none of an escape"
    segments = [part for segment in path[1:].split("/") for part in re.split(r"[/\\]", unquote(segment))]
    if any(segment in (".", "..") for segment in segments):
        return "a path never leads upwards"
    if "" in segments and path != "/":
        return "a segment of the path is empty, so it would mean something else"
    return ""


async def ask(
    session: Session, kind: type[ApiClient], who: str, asked: AnyRequest, accept: Collection[int]
) -> Received:
    """The answer, whatever it holds; raises the error that a status outside 2xx and `accept` stands for."""
    secrets = session.secrets | {session.key}
    request = _request(session, kind, who, asked)
    await session.gate.enter()
    received = await exchange(
        session.http, request, session.recorder, session.deadline, limit=ANSWER_LIMIT, secrets=secrets
    )
    if received.status == 429:
        error = failure(received, asked.method, who=who, codes=kind.codes, secrets=secrets)
        await session.gate.rest(error.retry_after)
    if 200 <= received.status < 300 or received.status in accept:
        return received
    raise failure(received, asked.method, who=who, codes=kind.codes, secrets=secrets)


def _request(session: Session, kind: type[ApiClient], who: str, asked: AnyRequest) -> httpx.Request:
    headers = {"accept": "application/json", "accept-encoding": "identity", **asked.headers, **session.proof()}
    content = None if asked.body is None else json_bytes(asked.body)
    if content is not None:
        headers["content-type"] = "application/json"
    try:
        url = _url(session.base_url.rstrip("/").removesuffix(kind.version_path), asked)
        return session.http.build_request(asked.method, url, headers=headers, content=content)
    except (httpx.InvalidURL, UnicodeError):
        raise Invalid(f"the address or the key of {who} cannot be used as it is written") from None


def _url(base: str, asked: AnyRequest) -> httpx.URL:
    fault = path_fault(asked.path)
    if fault:
        raise Invalid(fault)
    start = httpx.URL(base)
    path = start.raw_path.decode().rstrip("/") + quote(asked.path, safe=_SAFE)
    url = start.copy_with(raw_path=path.encode())
    return url.copy_merge_params({name: value for name, value in asked.query.items() if value is not None})
