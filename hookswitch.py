"""The command `hookswitch`, under a name that nobody else has: it makes sure of the others before it uses them."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

_CONSOLE = Path(__file__).resolve().parent / "console" / "__init__.py"


def main() -> None:
    """Run the command line; exit code 2 when another package stands for one of ours."""
    spec = find_spec("console")
    found = Path(spec.origin).resolve() if spec and spec.origin else None
    if found != _CONSOLE:
        sys.stderr.write(f'Error: Hookswitch needs its own package "console", and Python finds another one: {found}\n')
        raise SystemExit(2)
    from console.start import run_command

    run_command()
