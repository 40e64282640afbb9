"""Looking for what may have happened: a platform's list compared with what was sent, and when.

The clocks of two companies never quite agree, so what happened shortly before the try counts too. Where a list leaves
open whether it happened, nobody may say that it did not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from workers.actions.base import ActionContext
from workers.clients.base import Listing, text
from workers.clients.errors import Conflict, InDoubtError
from workers.clients.times import moment


class Named(Protocol):
    """What people gave a name, as a platform lists it."""

    @property
    def name(self) -> Any: ...

    @property
    def created_at(self) -> Any: ...


T = TypeVar("T")
N = TypeVar("N", bound=Named)

CLOCKS_DIFFER = timedelta(seconds=120)
"""How far a platform's clock may be from ours."""


def since(context: ActionContext) -> datetime:
    """The earliest moment at which the try that is in doubt can have had its effect."""
    if context.tried_at is None:
        raise InDoubtError("it is not known when the try began")
    return context.tried_at - CLOCKS_DIFFER


def not_before(value: Any, begin: datetime) -> bool:
    """Whether a thing of this time can be what we did; raises InDoubtError when its time is not told."""
    found = moment(value)
    if found is None:
        raise InDoubtError("the platform shows one that could be it, and does not tell its time")
    return found >= begin


def the_one(candidates: Iterable[T]) -> T | None:
    """The only candidate, or None without any; raises Conflict for several, since only a person can say which."""
    found = list(candidates)
    if len(found) > 1:
        raise Conflict(f"the platform shows {len(found)} that could be it")
    return found[0] if found else None


def certainly_not(complete: bool) -> None:
    """Nothing was found; raises InDoubtError when there was more to look through."""
    if not complete:
        raise InDoubtError("the platform's list is longer than is read, so it may stand in the rest")


def the_one_in(listing: Listing[T], fits: Callable[[T], bool]) -> T | None:
    """The only one of a list that fits, or None when certainly none does; raises Conflict or InDoubtError."""
    found = the_one(filter(fits, listing.items))
    if found is None:
        certainly_not(listing.complete)
    return found


def made_since(listing: Listing[N], begin: datetime, name: str) -> N | None:
    """The only one of this name that was made from `begin` on, in the same way."""
    return the_one_in(listing, lambda each: text(each.name) == name and not_before(each.created_at, begin))
