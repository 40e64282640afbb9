"""Sentry in every process: off without a DSN; bodies, numbers, secrets and expected trouble stay here."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

import sentry_sdk
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sentry_sdk.types import Event, Hint
from starlette.requests import ClientDisconnect

from console.masking import mask_numbers
from console.texts import map_texts
from receiver.incoming import Refused
from receiver.providers.base import BadSignature
from store.about import about
from store.answers import LateAnswerError
from store.runs import LeaseLostError
from store.settings import StoreSettings
from store.spool import SpoolError
from workers.clients.errors import ApiError
from workers.clients.redact import is_secret_name, without_secrets

Matcher = Callable[[BaseException], bool]


def _is(*kinds: type[BaseException]) -> Matcher:
    return lambda error: isinstance(error, kinds)


def _store_is_full(error: BaseException) -> bool:
    """Its disk or its memory takes no more, which the server says in words alone."""
    return isinstance(error, ResponseError) and str(error).startswith(("MISCONF", "OOM", "LOADING", "READONLY"))


EXPECTED: Mapping[str, Matcher] = {
    "a delivery that is refused": _is(BadSignature, Refused),
    "a sender that went away": _is(ClientDisconnect, BrokenPipeError, ConnectionResetError),
    "a store that is away or failing over": _is(RedisConnectionError, RedisTimeoutError, ReadOnlyError),
    "a store that is full": lambda error: isinstance(error, OutOfMemoryError) or _store_is_full(error),
    "a spool that takes nothing": _is(SpoolError),
    "a platform that refuses, limits or fails": _is(ApiError),
    "a job that somebody else has now, or an answer that is late": _is(LeaseLostError, LateAnswerError),
    "time that is over, and an end that was asked for": _is(TimeoutError, asyncio.CancelledError, KeyboardInterrupt),
}
"""What happens on bad days and is handled; it is counted and logged, not reported."""

LONGEST_TEXT = 200
"""Characters of an exception's first line that leave; what follows may quote a body."""

_LEFT_OUT = ("request", "extra", "breadcrumbs", "user", "transaction", "logentry")
_MORE_SECRETS = ("HOOKSWITCH_SECRET_", "HOOKSWITCH_REDIS_URL", "HOOKSWITCH_SENTRY_DSN")
"""What the names of variables begin with whose values are secrets although their names do not say so."""


def set_up_sentry(settings: StoreSettings, process: str, environ: Mapping[str, str] = os.environ) -> None:
    """Report unexpected errors of this process (receiver, worker, ...) when a DSN is set."""
    if not settings.sentry_dsn:
        return
    sentry_sdk.init(
        dsn=settings.sentry_dsn, before_send=partial(scrubbed, secrets=secrets_in(environ)),
        max_request_body_size="never", include_local_variables=False, auto_enabling_integrations=False,
        trace_propagation_targets=[], traces_sample_rate=0.0,
    )  # fmt: skip
    sentry_sdk.set_tag("process", process)


def secrets_in(environ: Mapping[str, str]) -> frozenset[str]:
    """The values of variables that hold secrets, by their names, and the passwords of addresses among them."""
    found = frozenset(
        value for name, value in environ.items() if value and (is_secret_name(name) or name.startswith(_MORE_SECRETS))
    )
    return found | {password for value in found if (password := _password(value))}


def _password(address: str) -> str:
    return unquote(address.partition("://")[2].rpartition("@")[0].partition(":")[2])


def scrubbed(event: Event, hint: Hint, secrets: frozenset[str] = frozenset()) -> Event | None:
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
    clean: Event = map_texts(mask_numbers(report), lambda text: without_secrets(text, secrets))
    clean["tags"] = {**(clean.get("tags") or {}), **mask_numbers(_subject(record))}
    return clean


def _subject(record: logging.LogRecord | None) -> dict[str, str]:
    """Which event it is about, as tags to search by."""
    told = about()
    named = getattr(record, "event_id", None)
    return {"event_id": str(named)} if named and named != told.get("event_id") else told


def is_expected(error: BaseException | None) -> bool:
    """Whether this is expected trouble, or a group of nothing else."""
    if error is None:
        return False
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_expected, error.exceptions))
    return any(matches(error) for matches in EXPECTED.values())


def first_line(text: str) -> str:
    """The beginning of an exception's text."""
    line = text.partition("\n")[0]
    return line if len(line) <= LONGEST_TEXT else line[:LONGEST_TEXT] + " …"
