"""Fluents' REST API. Nothing was tried on a live account; where documents disagree, the code says what was chosen."""

from __future__ import annotations
