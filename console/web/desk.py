"""What every page works with; one for each process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request

from console.web.book import Book
from console.web.live import Live
from console.web.metrics import ConsoleMetrics
from console.web.settings import ConsoleSettings
from console.web.visitor import Visitor
from store.audit import Deed
from store.client import Store


@dataclass(frozen=True)
class Desk:
    """The settings, the store, the news, and the files that people edit."""

    settings: ConsoleSettings
    store: Store
    live: Live
    book: Book
    url: str = field(repr=False)
    """Where the store is; it may hold a password."""
    metrics: ConsoleMetrics = field(default_factory=ConsoleMetrics)


def desk_of(request: Request) -> Desk:
    """The desk of the process that answers this request."""
    return cast(Desk, request.app.state.desk)


def visitor_of(request: Request) -> Visitor:
    """Who asks."""
    return cast(Visitor, request.scope["visitor"])


async def note(request: Request, did: str, **told: object) -> None:
    """Write into the audit trail what this person does."""
    await desk_of(request).store.audit.note(Deed(visitor_of(request).user, did, told))
