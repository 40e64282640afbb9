"""The one small tree of ways an outgoing call fails. What a step does next depends on nothing else."""

from __future__ import annotations

from typing import ClassVar


class ApiError(Exception):
    """An outgoing call did not do what was asked. The text is fit for a trace: no secret, no phone number."""

    retryable = False
    word: ClassVar[str] = "failed"
    """What sort of failure it is, for who counts them."""

    def __init__(
        self, message: str, *, status: int | None = None, code: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        """The HTTP status, where there was one."""
        self.code = code
        """The platform's own error code, where it has one."""
        self.retry_after = retry_after
        """Seconds the far side asked us to wait."""


class AuthFailed(ApiError):
    """401 or 403: the key is wrong, expired, or may not do this."""

    word = "auth_failed"


class NotFound(ApiError):
    """404: no such thing."""

    word = "not_found"


class Conflict(ApiError):
    """409, or a documented code that means somebody else holds it."""

    word = "conflict"


class Invalid(ApiError):
    """Any other 4xx: the far side understood and refused."""

    word = "invalid"


class RateLimited(ApiError):
    """429: nothing was done; try later."""

    retryable = True
    word = "rate_limited"


class Held(RateLimited):
    """Our own limiter had no place: this request was not sent, and the far side knows nothing of it."""

    word = "held"


class Unavailable(ApiError):
    """The request never left, or a 5xx that documents that nothing happened: safe to try again."""

    retryable = True
    word = "unavailable"


class InDoubtError(ApiError):
    """Sent, but no readable answer: it may or may not have happened. The action's `in_doubt` decides."""

    retryable = True
    word = "in_doubt"


class Unsupported(ApiError):
    """This platform, or this generation of it, cannot do that at all."""

    word = "unsupported"


class NotAllowed(ApiError):
    """The host is neither public nor in HTTP_ALLOW."""

    word = "not_allowed"
