"""What it means that a platform did not answer as it should, and what to do: from the clients' errors to findings."""

from __future__ import annotations

from dataclasses import dataclass

from console.checkup.finding import Finding
from store.connections import Connection, references
from workers.clients.errors import ApiError, AuthFailed, Held, NotFound, RateLimited, Unavailable

_FORBIDDEN = 403
_FAULTY = 500
_WAIT = "ask again in a minute; if it stays, see who else uses this key"
_BASE_URL = "see that api.base_url of {name} is right, and that this machine reaches it"


@dataclass(frozen=True)
class Whose:
    """The connection that is spoken of."""

    name: str
    variables: tuple[str, ...] = ()
    """The variables its key stands in."""

    @classmethod
    def of(cls, written: Connection) -> Whose:
        """From the connection as its file has it, without secrets."""
        return cls(written.name, tuple(references(written.api.key)) if written.api else ())

    @property
    def about(self) -> str:
        """What findings about the key are called."""
        return f"{self.name} key"

    @property
    def new_key(self) -> str:
        """What to do when the key is over."""
        where = " and ".join(self.variables) or f"api.key of {self.name}"
        return f"make a new key on the platform, set {where} for the workers and start them again"


def refusal(error: ApiError, whose: Whose) -> Finding:
    """What it means for a connection that its platform was asked and this came of it."""
    base_url = _BASE_URL.format(name=whose.name)
    if isinstance(error, AuthFailed):
        right = "give it the right to read, or " if error.status == _FORBIDDEN else ""
        return Finding("error", whose.about, f"refused: {error}", f"{right}{whose.new_key}")
    if isinstance(error, Held):
        return Finding("warning", whose.about, f"not tried: {error}", _WAIT)
    if isinstance(error, RateLimited):
        return Finding("warning", whose.about, f"limited: {error}", _WAIT)
    if isinstance(error, NotFound):
        return Finding("error", whose.about, f"nothing is there: {error}", base_url)
    if isinstance(error, Unavailable) and (error.status or 0) >= _FAULTY:
        advice = "look at the platform's own page about its state; steps are tried again by themselves"
        return Finding("warning", whose.about, f"the platform is in trouble: {error}", advice)
    if isinstance(error, Unavailable) and error.status is None:
        return Finding("error", whose.about, f"the platform is not reached: {error}", base_url)
    return Finding("error", whose.about, f"cannot be tried: {error}", base_url)


def unread(error: ApiError, whose: Whose) -> Finding:
    """The key is taken, and the webhooks cannot be read."""
    advice = "give the key the right to read them, or compare them yourself" if isinstance(error, AuthFailed) else _WAIT
    return Finding("warning", f"{whose.name} webhooks", f"cannot be read: {error}", advice)
