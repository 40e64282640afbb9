"""How every process begins: nothing is imported before it is known to be ours."""

from __future__ import annotations

from console.guard import refuse_strangers


def run_command() -> None:
    """The command line."""
    refuse_strangers()
    from console.cli import main

    main(prog_name="hookswitch")
