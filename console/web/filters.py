"""The filters of the list of events, as they stand in its address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request

from console.web.seeing import reveal
from store.look import Wanted

LONGEST = 200
"""Characters of one filter."""
_PLAIN = ("connection", "kind", "status", "call", "number", "rule", "outcome", "text")
_DIGITS = re.compile(r"(?:\d[ ().-]?){4}")
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def wanted_of(query: Mapping[str, str]) -> tuple[Wanted, list[str]]:
    """Which events are meant, and what could not be understood."""
    plain = {name: query.get(name, "").strip()[:LONGEST] for name in _PLAIN}
    problems: list[str] = []
    moments = {name: _moment(name, query.get(name, ""), problems) for name in ("since", "until")}
    return Wanted(**plain, since_ms=moments["since"], until_ms=moments["until"]), problems


def _moment(name: str, text: str, problems: list[str]) -> int:
    """Unix milliseconds of a moment in UTC, as browsers write it; 0 for none."""
    if not text.strip():
        return 0
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        problems.append(f"{name} is no moment: write it like 2026-03-01T09:00, in UTC")
        return 0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0, round(min(at, _LATEST).timestamp() * 1000))


def going_on(query: Mapping[str, str], cursor: str) -> str:
    """The query that goes on behind what is shown."""
    kept = {name: value for name, value in query.items() if value and name != "cursor"}
    return urlencode(kept | {"cursor": cursor})


def asks_numbers(wanted: Wanted) -> bool:
    """Whether the answer would tell something about phone numbers that are masked."""
    return bool(wanted.digits) or bool(_DIGITS.search(wanted.text))


async def write_down(request: Request, wanted: Wanted) -> None:
    """Who looks for a number is told by the audit trail, once for each number; the number itself is not."""
    if asks_numbers(wanted):
        sought = hashlib.sha256(f"{wanted.number}\0{wanted.text}".encode("utf-8", "replace")).hexdigest()[:16]
        await reveal(request, f"search:{sought}", "search by number", digits=len(re.sub(r"\D", "", wanted.number)))
