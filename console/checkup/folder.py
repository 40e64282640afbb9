"""The data folder: can it be written, and can nobody else read what is in it?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from console.checkup.finding import Finding
from console.dev.setup import SECRETS_NAME

_OTHERS = 0o077


def folder_findings(data_dir: Path) -> Iterator[Finding]:
    """What is wrong with the folder; nothing where there is none, since a deployment with its own Redis needs none."""
    if not data_dir.exists():
        return
    if not data_dir.is_dir() or not os.access(data_dir, os.W_OK | os.X_OK):
        yield Finding("error", "data folder", f"{data_dir} cannot be written", "name another with HOOKSWITCH_DATA_DIR")
        return
    private = list(_private(data_dir))
    yield from private or [Finding("ok", "data folder", f"{data_dir} is this user's alone")]


def _private(data_dir: Path) -> Iterator[Finding]:
    secrets = data_dir / SECRETS_NAME
    if _open_to_others(data_dir):
        yield Finding("warning", "data folder", f"{data_dir} is open to other users", f"chmod 700 {data_dir}")
    if secrets.exists() and _open_to_others(secrets):
        yield Finding("error", "secrets", f"{secrets} is open to other users", f"chmod 600 {secrets}")


def _open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & _OTHERS)
