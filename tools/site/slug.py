"""Anchors of headings as GitHub makes them, so that links are right there and on the site."""

from __future__ import annotations

import re


def github(heading: str, separator: str) -> str:
    """For the `toc` extension of Python-Markdown, which gives the text of a heading and what to put for a space."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", separator)
