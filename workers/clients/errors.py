"""The one small tree of ways an outgoing call fails. What a step does next depends on nothing else."""

from __future__ import annotations


class ApiError(Exception):
    """An outgoing call did not do what was asked. The text is fit for a trace: no secret, no phone number."""

    retryable = False

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


class NotFound(ApiError):
    """404: no such thing."""


class Conflict(ApiError):
    """409, or a documented code that means somebody else holds it."""


class Invalid(ApiError):
    """Any other 4xx: the far side understood and refused."""


class RateLimited(ApiError):
    """429: nothing was done; try later."""

    retryable = True


class Held(RateLimited):
    """Our own limiter had no place: this request was not sent, and the far side knows nothing of it."""


class Unavailable(ApiError):
    """The request never left, or a 5xx that documents that nothing happened: safe to try again."""

    retryable = True


class InDoubtError(ApiError):
    """Sent, but no readable answer: it may or may not have happened. The action's `in_doubt` decides."""

    retryable = True


class Unsupported(ApiError):
    """This platform, or this generation of it, cannot do that at all."""


class NotAllowed(ApiError):
    """The host is neither public nor in HTTP_ALLOW."""
