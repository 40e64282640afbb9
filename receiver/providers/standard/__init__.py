"""Any platform that sends Standard Webhooks: signed `{"type", "timestamp", "data"}`.

Source: https://github.com/standard-webhooks/standard-webhooks, spec version 1. See NOTES.md beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.providers.base import EVENTS_ONLY
from receiver.providers.mapped import mapped

USUAL: Mapping[str, Any] = {"native": "raw.type", "occurred_at": "raw.timestamp", "data": "raw.data"}
"""What the specification says about a body."""

STANDARD = mapped("standard", EVENTS_ONLY, USUAL)
