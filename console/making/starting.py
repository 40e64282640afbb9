"""A folder for operations people: first rules with their tests, connections, constants, and what belongs around them.

The files lie under `starter/` at the paths their copies get; a name that begins with `dot.` gets a plain dot there, so
that no tool takes the originals for its own.
"""

from __future__ import annotations

from pathlib import Path

from console.reference.modelines import SCHEMAS as SCHEMA_FOLDER
from console.reference.modelines import schema_file
from console.reference.schemas import SCHEMAS, schema_text

STARTER = Path(__file__).parent / "starter"


class CannotStart(Exception):
    """Nothing was written; the message says why."""


def starter_files() -> dict[Path, bytes]:
    """Every file of a new folder, by its path in it."""
    copies = {_placed(path.relative_to(STARTER)): path.read_bytes() for path in _originals()}
    return copies | {SCHEMA_FOLDER / schema_file(name): schema_text(name) for name in SCHEMAS}


def _originals() -> list[Path]:
    return sorted(path for path in STARTER.rglob("*") if path.is_file())


def _placed(path: Path) -> Path:
    return Path(*(f".{part.removeprefix('dot.')}" if part.startswith("dot.") else part for part in path.parts))


def lay_out_folder(folder: Path) -> list[Path]:
    """Write every file, or none; raises CannotStart when one is there already, and OSError."""
    if folder.exists() and not folder.is_dir():
        raise CannotStart(f"{folder} is not a folder")
    files = {folder / path: text for path, text in starter_files().items()}
    there = sorted(str(path) for path in files if path.exists())
    if there:
        raise CannotStart(f"nothing was written, since these are there already: {', '.join(there)}")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(text)
    return list(files)
