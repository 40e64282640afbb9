"""Any platform that posts JSON or a form: its connections say in a `mapping` what it means.

What a mapping can say is on the page docs/connect-anything.md, the limits are in NOTES.md beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping

from receiver.providers.mapped import mapped

DOORS: Mapping[str, frozenset[str]] = {
    "": frozenset({"GET", "POST", "PUT"}),
    "tools": frozenset({"GET", "POST"}),
    "context": frozenset({"GET", "POST"}),
    "data": frozenset({"GET", "POST"}),
}
"""Every URL a connection has: what it is for, the mapping says by `door`."""

GENERIC = mapped("generic", DOORS, {})
