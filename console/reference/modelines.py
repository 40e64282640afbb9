"""The first line of a file, by which editors find its schema. Nothing else has to be set in them."""

from __future__ import annotations

import os
import re
from pathlib import Path

SCHEMAS = Path("rules/schema")
"""Where the committed schemas lie, below the project."""
_MODELINE = re.compile(r"\A# yaml-language-server: .*\n")


def schema_file(name: str) -> str:
    """The name of a schema's file."""
    return f"{name}.schema.json"


def modeline(name: str, folder: Path) -> str:
    """The line for a file in that folder: `rule`, `test`, `vars`, `numbers` or `connections`."""
    path = Path(os.path.relpath(SCHEMAS / schema_file(name), folder)).as_posix()
    return f"# yaml-language-server: $schema={path}\n"


def moved(text: str, name: str, folder: Path) -> str:
    """A file's text as it should be in that folder: its line leads to the same schema from there."""
    return _MODELINE.sub(modeline(name, folder), text)
