"""What was forgotten, told without the number: for whoever asked, and for the audit trail."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from console.past.tracebook import moment

NOT_HERE = (
    "backups, replicas that are away, and copies that somebody made",
    "logs and error reports outside this store; they carry no numbers",
    "what the phone platforms, and other systems that rules called, keep themselves",
)
"""Where a number may still be that nobody can reach from here."""


@dataclass
class Receipt:
    """One run of forgetting. Moments are Unix milliseconds on the store's clock."""

    by: str
    fingerprint: str
    began_ms: int
    ended_ms: int = 0
    dry_run: bool = False
    removed: Counter[str] = field(default_factory=Counter)
    mentions: int = 0
    """Of the events, how many are of other calls and mention the number."""
    unfinished: int = 0
    """Of the events, how many had work left that was ended."""
    left: dict[str, int] = field(default_factory=dict)
    """Where the number still stands, and in how many keys: what has to be changed by hand."""
    files: dict[str, str] = field(default_factory=dict)
    """What became of the files that bytes were in."""

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to remove."""
        return not sum(self.removed.values())

    def told(self) -> dict[str, Any]:
        """As JSON."""
        verb = "would_remove" if self.dry_run else "removed"
        return {
            "receipt": "hookswitch forget",
            "dry_run": self.dry_run,
            "by": self.by,
            "began": moment(self.began_ms),
            "ended": moment(self.ended_ms),
            "number_hash": self.fingerprint,
            verb: {name: count for name, count in sorted(self.removed.items()) if count},
            "of_the_events": {"mention_only": self.mentions, "unfinished": self.unfinished},
            "left": self.left,
            "files": self.files,
            "not_reached": list(NOT_HERE),
        }
