"""From an answer that is no success to the one tree of errors.

Four shapes of error body are read: `{"error": {"code", "message"}}`, flat `{"error", "message"}`, the same with
`statusCode` and a message that may be a list, and `{"detail": ...}`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from workers.clients.errors import (
    ApiError,
    AuthFailed,
    Conflict,
    InDoubtError,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
)
from workers.clients.exchange import SAFE_METHODS, Received
from workers.clients.redact import fit_for_a_trace

LONGEST_WAIT = 86_400.0
_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_BY_STATUS: Mapping[int, type[ApiError]] = {
    401: AuthFailed,
    403: AuthFailed,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    425: Unavailable,
    429: RateLimited,
}
CodeErrors = Mapping[str, type[ApiError]]


@dataclass(frozen=True)
class Told:
    """What an error body says."""

    code: str = ""
    message: str = ""


def failure(
    received: Received,
    method: str,
    *,
    who: str,
    idempotent: bool = False,
    codes: CodeErrors | None = None,
    secrets: Collection[str] = (),
) -> ApiError:
    """The error an answer outside 2xx stands for; `codes` names the platform's codes that say more than the status."""
    said = told(received.body)
    kind = (codes or {}).get(said.code) or kind_of(received.status, method, idempotent)
    words = ": ".join(part for part in (said.code, said.message) if part) or _nothing_said(received.status)
    return kind(
        f"{who} answered {received.status}: {fit_for_a_trace(words, secrets)}",
        status=received.status,
        code=said.code,
        retry_after=retry_after(received),
    )


def kind_of(status: int, method: str, idempotent: bool = False) -> type[ApiError]:
    """The error that a status outside 2xx stands for."""
    if status >= 500:
        return Unavailable if idempotent or method in SAFE_METHODS else InDoubtError
    return _BY_STATUS.get(status, Invalid)


def _nothing_said(status: int) -> str:
    return "a redirect, which is not followed" if 300 <= status < 400 else "no explanation"


def told(body: Any) -> Told:
    """Code and message of an error body, both empty when it has none."""
    if not isinstance(body, Mapping):
        return Told()
    error = body.get("error")
    if isinstance(error, Mapping):
        return Told(_code(error.get("code")), _text(error.get("message")))
    message = _text(body.get("message")) or _text(body.get("detail")) or _text(error)
    return Told(_code(body.get("code")) or _code(error), "; ".join(filter(None, (message, _text(body.get("details"))))))


def _code(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 64 and _CODE.fullmatch(value) else ""


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_text, value[:5])))
    if isinstance(value, Mapping):
        return _text(value.get("msg") or value.get("message"))
    return value if isinstance(value, str) else ""


def retry_after(received: Received) -> float | None:
    """Seconds to wait: `Retry-After` as seconds or date, else `retry_after` in the body; None when nothing is said."""
    header = received.headers.get("retry-after", "")
    stated = _seconds(header) if header else None
    if stated is None and header:
        stated = _until(header, received.headers.get("date", ""))
    if stated is None and isinstance(received.body, Mapping):
        stated = _seconds(received.body.get("retry_after"))
    return None if stated is None else min(max(stated, 0.0), LONGEST_WAIT)


def _seconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    return float(value) if re.fullmatch(r"\s*\d{1,9}(?:\.\d{1,6})?\s*", str(value)) else None


def _until(date: str, sent: str) -> float | None:
    """The date compared with the answer's own Date, so that clocks need not agree."""
    due = _date(date)
    return None if due is None else (due - (_date(sent) or datetime.now(UTC))).total_seconds()


def _date(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
