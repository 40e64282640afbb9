"""Who is looking: one browser with its session, on what grounds it was let in, and what it has asked to see."""

from __future__ import annotations

import getpass
import hashlib
import ipaddress
from dataclasses import dataclass

from starlette.datastructures import Headers

from console.web.settings import ConsoleSettings
from store.sessions import Session


@dataclass(frozen=True)
class Visitor:
    """Somebody who was let in."""

    token: str
    session: Session

    @property
    def user(self) -> str:
        """The name in the audit trail."""
        return self.session.user

    def sees_numbers_of(self, what: str) -> bool:
        """Whether phone numbers of an event or a call are shown in full, since this person asked for it."""
        return what in self.session.revealed


@dataclass(frozen=True)
class Grounds:
    """On what a login rests, and whose it is without asking; `user` is empty where a password has to be given."""

    text: str
    user: str = ""


class NotThroughTheProxy(Exception):
    """The request did not come through the login proxy, or the proxy did not say who it is."""


def grounds_of(settings: ConsoleSettings, headers: Headers, peer: str) -> Grounds:
    """What counts for this request; raises NotThroughTheProxy."""
    if settings.console_proxy_header:
        user = headers.get(settings.console_proxy_header, "").strip()
        if not user or not _speaks_from(settings, peer):
            raise NotThroughTheProxy
        return Grounds(f"proxy:{user}", user)
    if settings.console_password:
        return Grounds(hashlib.sha256(b"console:" + settings.console_password.encode()).hexdigest())
    return Grounds("open", f"{_who_runs_this()} (this machine)")


def _speaks_from(settings: ConsoleSettings, peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in settings.proxies)


def _who_runs_this() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
