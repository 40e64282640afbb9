"""The entries of a connection as alternatives: one that holds is enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from receiver.auth.errors import BadEntry, BadSignature
from receiver.auth.secret import secret_bytes
from receiver.auth.signature import HmacDefaults, check_hmac, recipe
from receiver.auth.standard import carries_signature, check_standard, standard_key
from receiver.auth.tokens import check_bearer, check_header, check_path_token
from receiver.auth.window import check_valid
from receiver.raw import RawDelivery
from store.connections import AuthEntry


def verify(raw: RawDelivery, auth: Sequence[AuthEntry], now: datetime, defaults: HmacDefaults) -> None:
    """Raise BadSignature unless one entry that is valid at `now` holds for these bytes."""
    reasons: list[str] = []
    for entry in auth:
        try:
            check_valid(entry, now)
            _check(raw, entry, now, defaults)
        except BadSignature as failure:
            reasons.append(failure.reason)
        else:
            return
    raise BadSignature("; ".join(dict.fromkeys(reasons)) or "no auth entry is configured")


def entry_problem(entry: AuthEntry, defaults: HmacDefaults) -> str:
    """Why this entry can never hold, as a sentence without the secret; empty when it can."""
    try:
        _check_configuration(entry, defaults)
    except BadEntry as problem:
        return problem.reason
    return ""


def _check(raw: RawDelivery, entry: AuthEntry, now: datetime, defaults: HmacDefaults) -> None:
    match entry.scheme:
        case "hmac":
            check_hmac(raw, entry, now, defaults)
        case "standard":
            check_standard(raw, entry, now)
        case "bearer":
            check_bearer(raw, entry)
        case "header":
            check_header(raw, entry)
        case "path_token":
            check_path_token(raw, entry)
        case "none":
            _check_unsigned(raw, defaults)


def _check_unsigned(raw: RawDelivery, defaults: HmacDefaults) -> None:
    """Whoever signs means it to be checked, so a signature is not waved through for want of a secret."""
    if raw.header(defaults.header) or carries_signature(raw):
        raise BadSignature("a signature came but no secret is configured to check it")


def _check_configuration(entry: AuthEntry, defaults: HmacDefaults) -> None:
    if entry.scheme == "hmac":
        recipe(entry, defaults)
    elif entry.scheme == "standard":
        standard_key(entry)
    elif entry.scheme != "none":
        secret_bytes(entry.secret, entry.secret_encoding or "text")
