"""What the last `dev` in a data folder was started with, so that other commands on that folder see the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson

from console.dev.setup import known_secrets

FILE = "dev.json"
_PATHS = ("HOOKSWITCH_RULES_DIR", "HOOKSWITCH_CONNECTIONS")
_KEPT = (*_PATHS, "HOOKSWITCH_PUBLIC_URL", "HOOKSWITCH_VAR_SANDBOX_URL", "SANDBOX_URL")


def remember(data_dir: Path, environ: Mapping[str, str]) -> None:
    """Keep what is no secret of the environment that `dev` gave its processes."""
    kept = {name: _absolute(name, environ[name]) for name in _KEPT if name in environ}
    (data_dir / FILE).write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2))


def _absolute(name: str, value: str) -> str:
    return str(Path(value).absolute()) if name in _PATHS else value


def remembered(data_dir: Path) -> dict[str, str]:
    """That environment again, with the secrets made in the folder; nothing where no `dev` ever ran."""
    try:
        kept = orjson.loads((data_dir / FILE).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return known_secrets(data_dir) | {name: str(kept[name]) for name in _KEPT if name in kept}
