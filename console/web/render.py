"""Pages from templates. Everything is escaped; nothing that a caller or a platform said is ever markup."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from console.texts import printable
from console.web.visitor import Visitor

NAVIGATION: Sequence[tuple[str, str]] = (("system", "System"), ("audit", "Audit"))
"""Path and name of each page in the menu."""


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A whole page for whoever asked for it."""
    visitor: Visitor = request.scope["visitor"]
    here = request.url.path.split("/")[1]
    around = {
        "visitor": visitor,
        "proof": visitor.session.proof,
        "navigation": NAVIGATION,
        "here": here,
        "path": request.url.path,
        "query": request.url.query,
        "done": request.query_params.get("done", ""),
    }
    return HTMLResponse(environment().get_template(template).render(around | values), status)


def bare_page(title: str, what: str, steps: Sequence[str], *, again: bool = False) -> str:
    """A page without a menu, for when nobody knows who asks or nothing can be read."""
    return environment().get_template("bare.html").render(title=title, what=what, steps=steps, again=again)


@cache
def environment() -> Environment:
    """The templates. A name that is not there is an error, never an empty place."""
    made = Environment(
        loader=PackageLoader("console.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"moment": moment, "clock": clock, "ms": milliseconds, "pretty": pretty, "printable": printable}
    return made


def moment(unix_ms: float) -> str:
    """Unix milliseconds as a date and a time in UTC."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def clock(unix_ms: float) -> str:
    """Unix milliseconds as a time of day in UTC, to the millisecond."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]


def milliseconds(value: float) -> str:
    """A length of time, as short as it can be told."""
    if value < 1000:
        return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
    if value < 120_000:
        return f"{value / 1000:.1f} s"
    if value < 7_200_000:
        return f"{value / 60_000:.0f} min"
    return f"{value / 3_600_000:.0f} h" if value < 172_800_000 else f"{value / 86_400_000:.0f} d"


def pretty(value: Any) -> str:
    """A record as indented JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str).decode()
