"""Cuts credentials out of what is recorded, and keeps what is recorded small.

Platforms embed live credentials in agents, numbers and calls; a request carries our own. Both are removed by the name
of their key, and every secret value that is known is removed wherever it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

import httpx

REDACTED = "[redacted]"
RECORD_LIMIT = 16_384
"""Bytes of one recorded body."""

_DEEPEST = 64
_SHORTEST_SECRET = 4
_TEXT_LIMIT = 300

_KEYS = re.compile(
    r"(?:^|_)(?:credentials?|api_?keys?|secrets?|passwords?|passwd|passphrase|token|authorization|cookie|private_key"
    r"|access_key|signature|x_api_key|auth|control_url|listen_url|webhook_url)$"
)
"""URLs among them are those where knowing one is all the proof that is asked for."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_ADDRESS = rf"(?<![\d+.-])(?:{_OCTET}\.){{3}}{_OCTET}(?![\s().-]?\d)"
_NUMBERS = re.compile(rf"(?P<address>{_ADDRESS})|\+?\d(?:[\s().-]?\d){{6,}}")
"""What looks like a phone number; an IPv4 address does not count as one."""
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+\S+")


def is_secret_name(name: str) -> bool:
    """Whether a key, header or query parameter of this name holds a credential."""
    return bool(_KEYS.search(_CAMEL.sub("_", name).lower().replace("-", "_")))


def redacted(value: Any, secrets: Collection[str] = (), depth: int = 0) -> Any:
    """The same JSON without credentials."""
    if depth > _DEEPEST:
        return "[too deep]"
    if isinstance(value, Mapping):
        return {key: _member(str(key), item, secrets, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(item, secrets, depth + 1) for item in value]
    return without_secrets(value, secrets) if isinstance(value, str) else value


def _member(key: str, value: Any, secrets: Collection[str], depth: int) -> Any:
    if is_secret_name(key) and value not in (None, "", {}, []):
        return REDACTED
    return redacted(value, secrets, depth)


def without_secrets(text: str, secrets: Collection[str]) -> str:
    """The text with every known secret value replaced; values too short to be one are left alone."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, REDACTED)
    return text


def redacted_url(url: httpx.URL, secrets: Collection[str] = ()) -> str:
    """The URL without user name, password and secret query values."""
    query: list[tuple[str, str | int | float | bool | None]] = [
        (name, REDACTED if is_secret_name(name) else without_secrets(value, secrets))
        for name, value in url.params.multi_items()
    ]
    bare = url.copy_with(username=None, password=None, query=None, fragment=None)
    shown = without_secrets(str(bare), secrets)
    if query:
        shown += "?" + str(httpx.QueryParams(query)).replace("%5Bredacted%5D", REDACTED)
    return shown[:2048]


def clipped(value: Any) -> Any:
    """The value itself when it is small enough, else the start of its JSON under `clipped`."""
    written = json.dumps(value, ensure_ascii=False, default=str).encode(errors="replace")
    if len(written) <= RECORD_LIMIT:
        return value
    return {"clipped": written[:RECORD_LIMIT].decode(errors="ignore"), "bytes": len(written)}


def fit_for_a_trace(text: str, secrets: Collection[str] = ()) -> str:
    """Words of the far side: short, on one line, without secrets and phone numbers."""
    line = " ".join(without_secrets(text, secrets).split())
    hidden = _NUMBERS.sub(lambda found: found["address"] or "[number]", _BEARER.sub(r"\1 [redacted]", line))
    return hidden[:_TEXT_LIMIT]
