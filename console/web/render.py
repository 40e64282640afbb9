"""Pages from templates. Everything is escaped; nothing that a caller or a platform said is ever markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from console.texts import printable
from console.web.attention import notices, scope_path, scope_words
from console.web.desk import desk_of, visitor_of
from console.web.visitor import Visitor
from store.sessions import Said

NAVIGATION: Sequence[tuple[str, str, str]] = (
    ("events", "Events", "e"), ("calls", "Calls", "c"), ("rules", "Rules", "r"), ("dead", "Dead letters", "d"),
    ("connections", "Connections", "n"), ("numbers", "Numbers", "m"), ("system", "System", "s"),
    ("audit", "Audit", "a"),
)  # fmt: skip
"""Path and name of each page in the menu, and the key that leads there after `g`."""
REFRESH = "x-hookswitch-refresh"
"""The header with which a page that is open asks for itself again."""
MOST_SHOWN = 200_000
"""Characters of one record that are shown."""

_TONES = {
    "ran": "good", "done": "good", "ok": "good", "recorded": "good", "shadow": "info", "assumed": "info",
    "unknown": "info", "hanging": "info", "undecided": "info", "failed": "bad", "error": "bad", "dead": "bad",
    "refused": "bad", "limited": "warn", "paused": "warn", "parked": "warn", "waiting": "warn", "queued": "warn",
    "warning": "warn", "late": "warn", "fallback": "warn", "skipped": "warn",
}  # fmt: skip


async def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A whole page for whoever asked for it, with what their last form did."""
    visitor = visitor_of(request)
    here = request.url.path.split("/")[1]
    around = {
        "visitor": visitor,
        "proof": visitor.session.proof,
        "navigation": NAVIGATION,
        "here": here,
        "said": await _said(request, visitor),
        "notices": await notices(desk_of(request).store) if visitor.user else [],
    }
    return HTMLResponse(environment().get_template(template).render(around | values), status)


async def _said(request: Request, visitor: Visitor) -> Said | None:
    """What there is to tell; a page that only refreshes itself leaves it to the one that somebody opens."""
    if REFRESH in request.headers:
        return None
    return await desk_of(request).store.sessions.heard(visitor.token)


def bare_page(title: str, what: str, steps: Sequence[str], *, again: bool = False) -> str:
    """A page without a menu, for when nobody knows who asks or nothing can be read."""
    return environment().get_template("bare.html").render(title=title, what=what, steps=steps, again=again)


@cache
def environment() -> Environment:
    """The templates. A name that is not there is an error, never an empty place."""
    made = Environment(
        loader=PackageLoader("console.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_plain,
    )  # fmt: skip
    made.filters |= {
        "moment": moment, "clock": clock, "ms": milliseconds, "pretty": pretty, "printable": printable, "tone": tone,
        "words": words, "segment": segment, "day": day, "oneline": oneline, "tojson_plain": as_json,
        "spoken": spoken, "scope_words": scope_words, "scope_path": scope_path,
    }  # fmt: skip
    return made


def _plain(value: Any) -> Any:
    """Whatever is put into a page: control characters are spelt out."""
    return printable(value) if value.__class__ is str else value


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
    """A record as indented JSON, or a text as it is; what is very long loses its end."""
    text = value if isinstance(value, str) else _json(value, orjson.OPT_INDENT_2)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}\n… and {len(text) - MOST_SHOWN} characters more"


def oneline(value: Any, longest: int = 200) -> str:
    """A record or a text on one line, cut where it is long."""
    text = value if isinstance(value, str) else _json(value)
    return text if len(text) <= longest else text[:longest] + " …"


def as_json(value: Any) -> str:
    """A value as JSON on one line, so that a text can be told from a number."""
    return _json(value)


_SPOKEN = ("result", "first_message", "firstMessage")


def spoken(body: Any) -> str:
    """The words in an answer that somebody hears; empty when it has none."""
    if not isinstance(body, Mapping):
        return ""
    for name in _SPOKEN:
        if isinstance(body.get(name), str):
            return str(body[name])
    return next((words for value in body.values() if (words := spoken(value))), "")


def _json(value: Any, option: int = 0) -> str:
    return orjson.dumps(value, option=option | orjson.OPT_NON_STR_KEYS, default=str).decode("utf-8", "replace")


def tone(word: str) -> str:
    """How an outcome, a state or a level is coloured; the word itself always stands beside the colour."""
    return _TONES.get(word, "")


def words(name: str) -> str:
    """An outcome as people say it."""
    return name.replace("_", " ")


def segment(name: str) -> str:
    """A name as a segment of a path."""
    return quote(name, safe="")


def day(unix_ms: float) -> str:
    """Unix milliseconds as a date in UTC."""
    return moment(unix_ms)[:10]
