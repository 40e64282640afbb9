"""What to do about one number: compares who answers it with who should, and with how it was left the last time. Pure.

Whatever this side did not do, a person did, and then it is left alone: also at the next change of the plan, until it is
adopted or mended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["same", "change", "drift", "mend", "adopted", "pinned", "missing", "unknown"]

STATES: dict[State, str] = {
    "same": "it points where it should",
    "change": "the plan has changed, and it does not point there yet",
    "drift": "somebody else has pointed it elsewhere, and it is left alone",
    "mend": "somebody else has pointed it elsewhere, and it is put back",
    "adopted": "it points elsewhere, which was accepted until the plan changes",
    "pinned": "it is left alone until somebody takes the pin away",
    "missing": "the account has no such number",
    "unknown": "the platform could not be asked",
}
DIFFERENT: frozenset[State] = frozenset({"change", "drift", "mend", "missing", "unknown"})
ACTED_ON: frozenset[State] = frozenset({"change", "mend"})

MENDS = 3
"""How often a number is put back within MENDED_WITHIN; then somebody else keeps changing it, and it is reported."""
MENDED_WITHIN = 3600.0


@dataclass(frozen=True)
class Known:
    """What is remembered of one number."""

    agent: str | None = None
    """Who answered it when it was last left in order, or adopted; None when it never was."""
    plan: str = ""
    """Who should have answered it then."""
    intent: str = ""
    """Who it was about to be pointed to, while nobody knows whether that was done."""
    freed: bool = False
    """Whether that began with freeing the number."""
    drift_ms: int = 0
    """Since when it is known to point elsewhere by somebody else's doing; 0 when it does not."""
    drift_to: str = ""
    mends: tuple[int, ...] = ()
    """When it was put back lately (Unix ms)."""
    trouble: str = ""
    """Why the last change was refused."""

    def is_ours(self, present: str) -> bool:
        """Whether it may have been this side that left it so."""
        if self.agent is None or present == self.agent:
            return True
        return bool(self.intent) and (present == self.intent or (self.freed and not present))

    def mends_since(self, now_ms: int) -> tuple[int, ...]:
        """Those that still count."""
        return tuple(at for at in self.mends if now_ms - at < MENDED_WITHIN * 1000)


@dataclass(frozen=True)
class Verdict:
    """What it comes to, and why where that is not plain."""

    state: State
    why: str = ""


def verdict(present: str, wanted: str, known: Known, *, mends: bool, pin: str | None, now_ms: int) -> Verdict:
    """What to do about a number that `present` answers and `wanted` should; `pin` says why it is left alone."""
    if pin is not None:
        return Verdict("pinned", pin)
    if present == wanted:
        return Verdict("same")
    if known.is_ours(present):
        settled = known.agent is not None and known.plan == wanted and not known.intent
        return Verdict("adopted") if settled else Verdict("change", known.trouble)
    if not mends:
        return Verdict("drift")
    if len(known.mends_since(now_ms)) >= MENDS:
        return Verdict("drift", f"put back {MENDS} times within an hour, and changed again each time")
    return Verdict("mend", known.trouble)


def differences(states: Iterable[State]) -> bool:
    """Whether anything is not as it should be, or was accepted to be."""
    return any(state in DIFFERENT for state in states)
