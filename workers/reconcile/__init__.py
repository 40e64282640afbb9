"""What platforms know and we do not: calls are compared with their lists, and completed from them."""

from __future__ import annotations
