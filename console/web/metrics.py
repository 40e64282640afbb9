"""The metrics of a console: what was asked for, how many pages are watching, who was not let in."""

from __future__ import annotations

from functools import cached_property

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web.live import Live
from store.metrics import OTHER, Sheet, build_sheet, registry_of

PAGES = frozenset({
    "audit", "calls", "connections", "dead", "events", "live", "livez", "login", "logout", "metrics", "numbers",
    "pause", "resume", "rules", "static", "system", "try",
})  # fmt: skip
"""First segments of addresses; whatever else is asked for counts as `other`."""
REFUSALS = ("password", "too_many", "proxy")
"""Why somebody is not let in."""


class ConsoleMetrics:
    """Counts what the door lets through and what it does not."""

    def __init__(self) -> None:
        self.sheet = sheet = Sheet()
        self.requests = sheet.count(
            "hookswitch_console_requests_total", "what was asked of the console, by page and HTTP status",
            "page", "status",
        )  # fmt: skip
        self.watching = sheet.level("hookswitch_console_streams", "open pages that this console sends news to")
        self.refused = sheet.count(
            "hookswitch_console_logins_refused_total", "who was not let in: " + ", ".join(REFUSALS), "reason"
        )
        for reason in REFUSALS:
            self.refused.begin(reason)

    def look(self, live: Live) -> None:
        """What goes up and down, as it is now."""
        self.watching.set(live.watching)

    def asked(self, path: str, status: int) -> None:
        """A request has its answer."""
        page = path.split("/")[1] if "/" in path else ""
        self.requests.add(page if page in PAGES else "start" if path == "/" else OTHER, str(status))

    @property
    def sheets(self) -> list[Sheet]:
        """Everything a console shows."""
        return [build_sheet("console"), self.sheet]

    @cached_property
    def registry(self) -> CollectorRegistry:
        """A registry over it."""
        return registry_of(self.sheets)


class Counting:
    """Wraps everything else: what the door refuses counts too."""

    def __init__(self, app: ASGIApp, metrics: ConsoleMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, which counts when its answer begins."""
        begun = False

        async def sender(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._metrics.asked(scope["path"], message["status"])
            await send(message)

        try:
            await self._app(scope, receive, sender)
        except Exception:
            if not begun:
                self._metrics.asked(scope["path"], 500)
            raise
