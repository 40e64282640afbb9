"""A wheel of the tree as it is, and an environment in which nothing of ours is but that wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("receiver", "store", "rules", "workers", "console")
_TREE = (*PACKAGES, "tests", "docs", "tools")
_FILES = ("hookswitch.py", "pyproject.toml", "README.md", "LICENSE")
PATIENCE = 600.0
"""Seconds for one command: pip reads and writes thousands of files, on a disk that others may be busy with."""
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
_LEFT = shutil.ignore_patterns("__pycache__", "*.egg-info", "node_modules")


def build_wheel(folder: Path) -> Path:
    """Build it from a copy, so that nothing of an earlier build gets in; no network is asked."""
    source = folder / "source"
    for name in _TREE:
        shutil.copytree(ROOT / name, source / name, ignore=_LEFT)
    for name in _FILES:
        shutil.copy(ROOT / name, source)
    command = [*_PIP, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), "."]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=PATIENCE)
    (wheel,) = folder.glob("*.whl")
    return wheel


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the wheel in it, and the libraries that this one has."""

    folder: Path

    @property
    def bin(self) -> Path:
        """Where its commands are."""
        return self.folder / "bin"

    @property
    def site(self) -> Path:
        """Where the wheel is unpacked."""
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found

    def environ(self, **own: str) -> dict[str, str]:
        """As somebody's shell has it who has never seen the source."""
        plain = {name: text for name, text in os.environ.items() if not name.startswith(("HOOKSWITCH_", "PYTHON"))}
        return {**plain, "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", **own}

    def run(self, *command: str, cwd: Path, **own: str) -> subprocess.CompletedProcess[str]:
        """A command, typed in a folder."""
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]], cwd=cwd, env=self.environ(**own),
            capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip


def install(wheel: Path, folder: Path) -> Environment:
    """Libraries come from this environment by a path alone, which leaves its editable install of ours behind."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=PATIENCE)
    environment = Environment(folder)
    (environment.site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    command = ["--python", str(environment.bin / "python"), "install", "--no-index", "--no-deps", str(wheel)]
    subprocess.run([*_PIP, *command], check=True, capture_output=True, timeout=PATIENCE)
    return environment
