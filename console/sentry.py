"""Sentry in every process: off without a DSN; bodies, numbers and expected trouble stay here."""

from __future__ import annotations

import asyncio
from typing import Any

import sentry_sdk
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sentry_sdk.types import Event, Hint

from store.runs import LeaseLostError
from store.settings import StoreSettings
from workers.clients.errors import ApiError

EXPECTED: tuple[type[BaseException], ...] = (
    RedisConnectionError, RedisTimeoutError, LeaseLostError, ApiError, asyncio.CancelledError, TimeoutError,
)  # fmt: skip
"""What happens on bad days and is handled; it is counted and logged, not reported."""

_KEPT_REQUEST = ("method",)


def set_up_sentry(settings: StoreSettings, process: str) -> None:
    """Report unexpected errors of this process (receiver, worker, ...) when a DSN is set."""
    if not settings.sentry_dsn:
        return
    sentry_sdk.init(
        dsn=settings.sentry_dsn, before_send=scrubbed, send_default_pii=False, max_request_body_size="never",
        include_local_variables=False, traces_sample_rate=0.0,
    )  # fmt: skip
    sentry_sdk.set_tag("process", process)


def scrubbed(event: Event, hint: Hint) -> Event | None:
    """The report without request details and extras; None for expected trouble."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    if isinstance(error, EXPECTED):
        return None
    report: dict[str, Any] = event  # type: ignore[assignment]
    if "request" in report:
        report["request"] = {name: value for name, value in report["request"].items() if name in _KEPT_REQUEST}
    for part in ("extra", "breadcrumbs", "user"):
        report.pop(part, None)
    return event
