"""A page as steps to take: the files it shows with their names, and the commands between them, in its own order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_STEP = re.compile(
    r"(?:^`(?P<file>[\w./-]+)`:\n\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_TOOLS = frozenset({"ruff", "mypy", "pytest"})


@dataclass(frozen=True)
class Step:
    """A file to write, or a command to run."""

    file: str = ""
    text: str = ""


def steps(page: Path) -> Iterator[Step]:
    """Files with a name before them, and each line of the blocks of shell."""
    for found in _STEP.finditer(page.read_text(encoding="utf-8")):
        if found["file"]:
            yield Step(found["file"], found["text"])
        elif found["language"] == "sh":
            yield from (Step(text=line) for line in found["text"].splitlines() if line)


def take(step: Step, folder: Path, **environ: str) -> subprocess.CompletedProcess[str] | None:
    """Write the file, or run the command there with the tools of this environment and the code of that folder."""
    if step.file:
        path = folder / step.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text, encoding="utf-8")
        return None
    return subprocess.run(
        _command(step.text, folder), shell=True, cwd=folder, capture_output=True, text=True, timeout=600,
        env={**_plain_environment(), **environ},
    )  # fmt: skip


def _command(line: str, folder: Path) -> str:
    """`python -m` puts the folder first, so that its own copy of the code is meant; one without code stays out."""
    first, _, rest = line.partition(" ")
    python = shlex.quote(sys.executable) + ("" if (folder / "console").is_dir() else " -P")
    if first == "hookswitch":
        return f"{python} -m console {rest}"
    return f"{python} -m {first} {rest}" if first in _TOOLS else line


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("HOOKSWITCH_", "PYTEST_"))}
