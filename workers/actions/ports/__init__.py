"""The platforms behind the neutral actions, one port each."""

from __future__ import annotations
