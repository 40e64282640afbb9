"""OpenCX's REST API, as far as phone agents go. Nothing was tried on a live account."""

from __future__ import annotations
