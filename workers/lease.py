"""A lease as its owner sees it: the claim, and how long we may still believe in it without asking the store."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from store.queue import LEASE_MS
from store.runs import Claim, LeaseLostError

now = time.monotonic
"""Event loop time. Asking the loop for it costs a system call in Python 3.11, and it is asked for all the time."""


@dataclass
class Lease:
    """Valid from before the store was asked, so it never outlives the store's own idea of it."""

    claim: Claim
    claimed_ms: int
    """The store's clock at the claim, Unix milliseconds."""
    renewed_at: float = field(default_factory=now)
    """Event loop time, which runs on while the process is stopped."""
    claimed_at: float = field(init=False)
    """Event loop time of the claim."""

    def __post_init__(self) -> None:
        self.claimed_at = self.renewed_at

    @property
    def seconds(self) -> float:
        """How long one renewal lasts."""
        return LEASE_MS[self.claim.lane] / 1000

    @property
    def holds(self) -> bool:
        """Whether nobody else can have claimed the job yet."""
        return now() < self.renewed_at + self.seconds

    def loop_time(self, store_ms: int) -> float:
        """A moment of the store's clock as event loop time."""
        return self.claimed_at + (store_ms - self.claimed_ms) / 1000

    def ensure(self) -> None:
        """Raise LeaseLostError unless the lease holds: the last check before anything leaves the process."""
        if not self.holds:
            raise LeaseLostError(self.claim.job_id)
