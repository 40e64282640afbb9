"""`python -m console` is `hookswitch`."""

from __future__ import annotations

from console.cli import main

main(prog_name="hookswitch")
