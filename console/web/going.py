"""Where a browser goes after a form."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response


def to(path: str, done: str = "") -> Response:
    """To a page of ours, which may say what was done."""
    return RedirectResponse(path + (f"?{urlencode({'done': done})}" if done else ""), 303)
