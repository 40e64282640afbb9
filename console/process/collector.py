"""Python's collector of cycles, tuned for processes that make and drop many small objects for each event.

What is there once a process has started stays until its end, so looking through it again and again is a quarter of the
time of a busy process and finds nothing.
"""

from __future__ import annotations

import gc

YOUNG = 50_000
"""Objects made and not dropped until the young ones are looked through."""


def calm_collector() -> None:
    """Set what has been imported aside for good, and look through the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)
