"""`notify`: tell people by mail, chat, push or text message, through the services that apprise knows."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from pydantic import Field

from rules.engine.vocabulary import OnlySecrets
from workers.actions.base import ActionContext, Exchange, NoOutput, Params, action
from workers.clients.errors import ApiError, NotAllowed
from workers.clients.exchange import Deadline
from workers.clients.notices.notifier import Format, Notice
from workers.clients.notices.report import Report, failure_of

TARGETS = 20
"""Addresses of one step."""


class NotifyParams(Params):
    """One notification."""

    to: Annotated[str | Annotated[list[str], Field(min_length=1, max_length=TARGETS)], OnlySecrets()] = Field(
        description="a secret that holds an apprise URL, as ${{ secrets.NAME }}, or a list of such"
    )
    body: str = Field(min_length=1, max_length=100_000, description="what to say")
    title: str = Field("", max_length=1000, description="the subject, where the service has one")
    format: Format = Field("text", description="how the body is written: text, markdown or html")
    in_doubt: Literal["repeat", "skip", "park"] | None = Field(
        None,
        description="when nobody knows whether it went out: repeat (the default), skip, or park for a person",
    )


@action("notify", in_doubt="repeat")
async def notify(context: ActionContext, params: NotifyParams) -> NoOutput:
    """Notify people through a mail server, a chat, a push or a text message service.

    Where to is an apprise URL and nothing but a secret. Hosts that are neither public nor in HTTP_ALLOW are refused.
    """
    targets = [params.to] if isinstance(params.to, str) else params.to
    if not context.secrets.issuperset(targets):
        raise NotAllowed("`to` takes nothing but secrets")
    notice = Notice(params.body, " ".join(params.title.split()), params.format)
    seconds = Deadline(context.timeout).left()
    notes = [context.record(_shown(notice, position, len(targets))) for position in range(1, len(targets) + 1)]
    reports = await asyncio.gather(*(context.notifier.send(url, notice, seconds) for url in targets))
    failures = [failure for note, report in zip(notes, reports, strict=True) if (failure := _noted(note, report))]
    if failures:
        raise max(failures, key=lambda failure: failure.retryable)
    return NoOutput()


def _shown(notice: Notice, position: int, count: int) -> dict[str, Any]:
    shown = {"title": notice.title, "body": notice.body}
    return shown if count == 1 else {"to": f"{position} of {count}", **shown}


def _noted(note: Exchange, report: Report) -> ApiError | None:
    """The failure of one of the notifications; the trace is told either way."""
    failure = failure_of(report)
    note.got = {"service": report.service, "status": report.statuses}
    if failure:
        note.got["error"] = failure.message
    return failure
