"""What the pictures of the documentation show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playwright.async_api import ViewportSize

Scheme = Literal["light", "dark"]

SIZES: Mapping[str, ViewportSize] = {
    "desk": {"width": 1200, "height": 760},
    "phone": {"width": 390, "height": 800},
}
CALLS: Sequence[Mapping[str, Any]] = (
    {"platform": "fluents"},
    {"platform": "opencx"},
    {"platform": "vapi"},
    {"platform": "flireo", "from": "+31612340001"},
)
"""Scripts of the sandbox; the last one is the newest in every list."""


A_CALL = "main tbody tr:has-text('front_desk') a >> nth=0"
"""A selector: the newest call on that connection."""


@dataclass(frozen=True)
class View:
    """One picture: a page of the console, or what is found by following links from it."""

    name: str
    path: str
    follow: Sequence[str] = ()
    """Selectors to click, one after the other."""
    size: Literal["desk", "phone"] = "desk"
    schemes: Sequence[Scheme] = ("light",)
    whole: bool = False
    """The page to its end, not only what a window shows."""


UNPROVEN = "/hooks/vapi_desk"
"""Where the night's deliveries arrive that prove nothing."""
PAUSED = "third_call"
"""The rule that is paused in the night."""
NIGHT: Sequence[View] = (View("night", "/connections", schemes=("dark",)),)
"""Taken last, once something is wrong."""
VIEWS: Sequence[View] = (
    View("events", "/events", schemes=("light", "dark")),
    View("call", "/calls", follow=(A_CALL,), whole=True),
    View("event", "/events?kind=tool-calls", follow=("main tbody a >> nth=0",), whole=True),
    View("rules", "/rules"),
    View("connections", "/connections"),
    View("system", "/system"),
    View("phone", "/calls", follow=(A_CALL,), size="phone"),
)
