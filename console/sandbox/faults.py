"""Trouble on demand: the next answers of a route are slow, refused, broken, or cut off before or after the effect."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

RouteFault = Literal["slow", "too_many_requests", "server_error", "reset_before", "reset_after"]
FaultKind = Literal["slow", "too_many_requests", "server_error", "reset_before", "reset_after", "duplicate"]

ROUTE_FAULTS: frozenset[FaultKind] = frozenset(
    {"slow", "too_many_requests", "server_error", "reset_before", "reset_after"}
)
WEBHOOK = "WEBHOOK"
"""The method word under which deliveries to the webhook are matched; their path is the event's name."""


class Fault(BaseModel):
    """What goes wrong, where and how often.

    `route` is `METHOD path` or only a path; `*` stands for anything (`POST /flireo/api/v1/calls/*/control`).
    For `duplicate` it is the event's name (`tool-calls`, `*`): the delivery is sent `copies` times at once.
    """

    model_config = ConfigDict(extra="forbid")

    route: str = Field("*", min_length=1, max_length=500)
    kind: FaultKind
    times: int = Field(1, ge=1, le=100_000)
    seconds: float = Field(5.0, ge=0, le=600, description="for slow: before the request is looked at")
    retry_after: int = Field(1, ge=0, le=3600, description="for too_many_requests")
    copies: int = Field(2, ge=2, le=20, description="for duplicate")

    def matches(self, method: str, path: str) -> bool:
        pattern = self.route if " " in self.route else f"* {self.route}"
        return fnmatchcase(f"{method} {path}", pattern)


class FaultBook:
    """The faults that are still to happen, first come first served."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault.model_copy())

    def pending(self) -> list[Fault]:
        return [fault.model_copy() for fault in self._faults]

    def clear(self) -> None:
        self._faults.clear()

    def for_route(self, method: str, path: str) -> Fault | None:
        """The fault this request meets; it is used up by asking."""
        return self._take(method, path, ROUTE_FAULTS)

    def copies_of(self, event: str) -> int:
        """How often this event is delivered."""
        fault = self._take(WEBHOOK, event, {"duplicate"})
        return fault.copies if fault else 1

    def _take(self, method: str, path: str, kinds: Iterable[FaultKind]) -> Fault | None:
        fault = next((each for each in self._faults if each.kind in kinds and each.matches(method, path)), None)
        if fault:
            fault.times -= 1
            self._faults = [each for each in self._faults if each.times > 0]
        return fault
