"""Vapi's REST API and the control URLs of its live calls. Nothing was tried on a live account."""

from __future__ import annotations
