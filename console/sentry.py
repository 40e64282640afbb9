"""Sentry in every process: off without a DSN; bodies, numbers and expected trouble stay here."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import sentry_sdk
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sentry_sdk.types import Event, Hint

from console.masking import mask_numbers
from store.runs import LeaseLostError
from store.settings import StoreSettings
from workers.clients.errors import ApiError

EXPECTED: tuple[type[BaseException], ...] = (
    RedisConnectionError, RedisTimeoutError, LeaseLostError, ApiError, asyncio.CancelledError, TimeoutError,
)  # fmt: skip
"""What happens on bad days and is handled; it is counted and logged, not reported."""

LONGEST_TEXT = 200
"""Characters of an exception's first line that leave; what follows may quote a body."""

_LEFT_OUT = ("request", "extra", "breadcrumbs", "user", "transaction", "logentry")


def set_up_sentry(settings: StoreSettings, process: str) -> None:
    """Report unexpected errors of this process (receiver, worker, ...) when a DSN is set."""
    if not settings.sentry_dsn:
        return
    sentry_sdk.init(
        dsn=settings.sentry_dsn, before_send=scrubbed, max_request_body_size="never",
        include_local_variables=False, auto_enabling_integrations=False, trace_propagation_targets=[],
        traces_sample_rate=0.0,
    )  # fmt: skip
    sentry_sdk.set_tag("process", process)


def scrubbed(event: Event, hint: Hint) -> Event | None:
    """The report without anything a caller or a platform sent; None for expected trouble and for mere log lines."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    record: logging.LogRecord | None = hint.get("log_record")
    if is_expected(error) or (error is None and record is not None and record.levelno < logging.CRITICAL):
        return None
    report: dict[str, Any] = {name: value for name, value in event.items() if name not in _LEFT_OUT}
    if record is not None:
        report["message"] = str(record.msg)
    for told in (report.get("exception") or {}).get("values") or ():
        told["value"] = first_line(str(told.get("value") or ""))
    clean: Event = mask_numbers(report)
    return clean


def is_expected(error: BaseException | None) -> bool:
    """Whether this is expected trouble, or a group of nothing else."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_expected, error.exceptions))
    return isinstance(error, EXPECTED)


def first_line(text: str) -> str:
    """The beginning of an exception's text."""
    line = text.partition("\n")[0]
    return line if len(line) <= LONGEST_TEXT else line[:LONGEST_TEXT] + " …"
