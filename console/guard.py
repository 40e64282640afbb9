"""Our packages have everyday names: whether Python finds ours under each of them, before anything is imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

OURS = ("receiver", "store", "rules", "workers", "console")
ROOT = Path(__file__).resolve().parents[1]
COULD_NOT_RUN = 2


def strangers(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Each package under whose name something else would be imported, and where that lies."""
    for name in OURS:
        found = _found(name)
        if found != str(root / name / "__init__.py"):
            yield name, found


def _found(name: str) -> str:
    """Looks only: nothing of a top-level package is run by asking where it is."""
    spec = find_spec(name)
    if spec is None:
        return "nowhere"
    if spec.origin is not None:
        return str(Path(spec.origin).resolve())
    return ", ".join(spec.submodule_search_locations or ()) or "nowhere"


def refuse_strangers() -> None:
    """End the process with exit code 2 rather than run half of somebody else's code."""
    found = list(strangers())
    if not found:
        return
    for name, where in found:
        sys.stderr.write(f'Error: Hookswitch needs its own package "{name}", and Python finds another one: {where}\n')
    sys.stderr.write(
        "Give Hookswitch an environment of its own (python3 -m venv), and start it as `hookswitch`, "
        "from a folder that PYTHONPATH does not name.\n"
    )
    raise SystemExit(COULD_NOT_RUN)
