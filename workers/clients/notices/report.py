"""What the process of one notification tells, and which error it stands for.

apprise itself only says whether a notification went out. Why it did not is put together from HTTP statuses, replies of
mail servers, what the guard refused, and whether anything had left. Nothing that apprise writes is passed on: its lines
may hold parts of the URL, and the URL is a secret.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from workers.clients.errors import ApiError, AuthFailed, InDoubtError, Invalid, NotAllowed, Unavailable, Unsupported
from workers.clients.failures import kind_of

_MAIL_LOGIN = frozenset({530, 534, 535, 538})


class Report(BaseModel):
    """One notification's end, or as much of it as became known."""

    url: Literal["fine", "unknown", "barred"] = "fine"
    """Unknown: no service has such a URL. Barred: it goes neither over HTTP nor by mail."""
    service: str = ""
    """The service's own name, such as Slack."""
    done: bool = False
    ended: bool = False
    """Whether the process came to its end; False when it was stopped or fell."""
    left: bool = False
    """Whether a request or a mail's text was handed to a connection."""
    broken: bool = False
    """Whether a connection failed."""
    refused: str = ""
    """The host that is neither public nor allowed."""
    statuses: list[int] = Field(default_factory=list)
    """Every HTTP status that came back, in order."""
    replies: list[int] = Field(default_factory=list)
    """Every reply of a mail server that was a no, in order."""

    @property
    def who(self) -> str:
        return self.service or "the service"


def failure_of(report: Report) -> ApiError | None:
    """The error a report stands for; None when the notification went out."""
    if report.url == "unknown":
        return Invalid("the secret in `to` is no URL that apprise can use")
    if report.url == "barred":
        return Unsupported(f"{report.who}: notifications go out over HTTP or by mail, and this one goes another way")
    if report.done:
        return None
    if not report.ended:
        return _lost(report, "it did not come to its end")
    return _unsent(report)


def _unsent(report: Report) -> ApiError:
    refusals = [status for status in report.statuses if status >= 300]
    if report.refused and report.broken:
        return NotAllowed(f"{report.who}: {report.refused} is not a public address and not in HTTP_ALLOW")
    if report.replies:
        return _mail_refused(report)
    if report.broken:
        return _lost(report, "the connection failed")
    if refusals:
        return kind_of(refusals[-1], "POST")(f"{report.who} answered {refusals[-1]}", status=refusals[-1])
    if report.statuses:
        return Invalid(f"{report.who} refused it, with status {report.statuses[-1]}", status=report.statuses[-1])
    return _lost(report, "no answer says what became of it") if report.left else _not_sendable(report)


def _mail_refused(report: Report) -> ApiError:
    reply = report.replies[-1]
    words = f"{report.who}: the mail server answered {reply}"
    if reply in _MAIL_LOGIN:
        return AuthFailed(words, code=str(reply))
    return Invalid(words, code=str(reply)) if reply >= 500 else Unavailable(words, code=str(reply))


def _lost(report: Report, why: str) -> ApiError:
    if report.left:
        return InDoubtError(f"{report.who}: {why}, and something had been sent")
    return Unavailable(f"{report.who}: {why}, nothing was sent")


def _not_sendable(report: Report) -> ApiError:
    return Invalid(f"{report.who} cannot take this notification; apprise sent nothing")
