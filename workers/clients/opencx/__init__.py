"""OpenCX's REST API. Nothing was tried on a live account."""

from __future__ import annotations
