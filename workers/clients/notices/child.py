"""The process of one notification: `python -m workers.clients.notices.child`, started by the notifier.

It reads one job as JSON from its standard input, writes what becomes known as lines of JSON to its standard output, and
ends by itself when its time is over. Neither the URL nor anything apprise writes gets out.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TextIO

from workers.clients.addresses import AllowList
from workers.clients.notices.guard import Guard

_WAYS_OUT = ("requests", "smtplib")
_REPLY = re.compile(r"\((\d{3}), b?['\"]|was refused: (\d{3}) ")
_NO_REPLY = "Socket Exception"
_STATUS_AT = 6
"""Where urllib3's line about an answer has the status."""


class Notes(logging.Handler):
    """Reads the records of apprise and urllib3, and lets none of them pass on."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.statuses: list[int] = []
        self.replies: list[int] = []
        self.broken = False

    def listen(self) -> None:
        """Take the place of every handler of these loggers."""
        for name in ("apprise", "urllib3"):
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [self], False
            logger.setLevel(logging.DEBUG)

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "urllib3.connectionpool":
            self._note_status(record.args)
        elif record.name == "apprise":
            self._note_words(record.getMessage())

    def _note_status(self, arguments: Any) -> None:
        if isinstance(arguments, tuple) and len(arguments) > _STATUS_AT and isinstance(arguments[_STATUS_AT], int):
            self.statuses.append(arguments[_STATUS_AT])

    def _note_words(self, words: str) -> None:
        found = [int(code or refused) for code, refused in _REPLY.findall(words)]
        noes = [code for code in found if 400 <= code < 600]
        self.replies += noes
        self.broken = self.broken or (_NO_REPLY in words and not noes)


def goes_over_http_or_mail(service: type) -> bool:
    """Whether the modules of this service, or of those it is made from, use the libraries that do just that."""
    return any(_uses_a_way_out(each.__module__) for each in service.__mro__ if _is_a_service(each.__module__))


def _is_a_service(module: str) -> bool:
    return module.startswith("apprise.plugins.") and module != "apprise.plugins.base"


def _uses_a_way_out(module: str) -> bool:
    """A service may be a folder; then any module of it counts."""
    top = ".".join(module.split(".")[:3])
    family = [each for name, each in list(sys.modules.items()) if name == top or name.startswith(f"{top}.")]
    return any(hasattr(each, way) for each in family for way in _WAYS_OUT)


Say = Callable[[Mapping[str, Any]], None]


def deliver(job: Mapping[str, Any], say: Say) -> bool:
    """Send one notification, and say what is found on the way; whether it went out."""
    import apprise

    asset = apprise.AppriseAsset(
        storage_mode="memory", service_timeout=0, allow_templates=False, async_mode=False, http_redirects=False
    )
    service = apprise.Apprise.instantiate(job["url"], asset=asset)
    if service is None:
        say({"url": _why_not(job["url"])})
        return False
    say({"service": str(service.service_name)})
    if not goes_over_http_or_mail(type(service)):
        say({"url": "barred"})
        return False
    _give_time(service, job["seconds"])
    outbox = apprise.Apprise(asset=asset)
    outbox.add(service)
    return bool(outbox.notify(job["body"], title=job["title"], body_format=job["format"]))


def _why_not(url: str) -> str:
    """A scheme that apprise has for a service that cannot be used here, or none at all."""
    from apprise.manager_plugins import NotificationManager

    services: Any = NotificationManager()  # type: ignore[no-untyped-call]
    scheme = url.partition("://")[0].strip().lower()
    known = "://" in url and scheme in services
    return "barred" if known and not goes_over_http_or_mail(services[scheme]) else "unknown"


def _give_time(service: Any, seconds: float) -> None:
    """The time of the step, unless the URL states one."""
    for name in ("socket_connect_timeout", "socket_read_timeout"):
        if name not in vars(service):
            setattr(service, name, seconds)


def main() -> None:
    """Do one job. This is a process edge: whatever goes wrong is told as not ended."""
    say = partial(_say, _own_output())
    job = json.load(sys.stdin)
    signal.setitimer(signal.ITIMER_REAL, job["seconds"])
    guard = Guard(AllowList(job["allow"]), leaving=lambda: say({"left": True}))
    guard.install()
    notes = Notes()
    notes.listen()
    try:
        told = {"done": deliver(job, say), "ended": True}
    except Exception:  # noqa: BLE001
        told = {}
    say({**_known(guard, notes), **told})


def _known(guard: Guard, notes: Notes) -> dict[str, Any]:
    """What was seen from outside. A connection that was wanted and sent nothing has failed, whatever apprise says."""
    broken = notes.broken or (guard.tried and not guard.left)
    return {"statuses": notes.statuses, "replies": notes.replies, "broken": broken, "refused": guard.refused}


def _own_output() -> TextIO:
    """Our standard output, out of reach of whatever prints."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return out


def _say(out: TextIO, told: Mapping[str, Any]) -> None:
    out.write(json.dumps(told) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
