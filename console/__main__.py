"""`python -m console` is `hookswitch`."""

from __future__ import annotations

from console.start import run_command

run_command()
