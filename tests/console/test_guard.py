from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.guard import OURS, ROOT, strangers

START = "from console.start import run_command; run_command()"


def started(path: Path) -> subprocess.CompletedProcess[str]:
    """The command, with another folder before everything else that Python looks through."""
    return subprocess.run(
        [sys.executable, "-P", "-c", START, "--version"], env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_here_everything_is_ours() -> None:
    assert list(strangers()) == []
    assert {ROOT / name / "__init__.py" for name in OURS} <= set(ROOT.glob("*/__init__.py"))


def test_in_another_root_everything_is_strange(tmp_path: Path) -> None:
    assert [name for name, _ in strangers(tmp_path)] == list(OURS)


@pytest.mark.parametrize("name", [name for name in OURS if name != "console"])
def test_a_package_of_that_name_is_refused_and_never_run(name: str, tmp_path: Path) -> None:
    stranger = tmp_path / name / "__init__.py"
    stranger.parent.mkdir()
    stranger.write_text("print('the stranger runs')")
    done = started(tmp_path)
    assert done.returncode == 2
    assert f'needs its own package "{name}", and Python finds another one: {stranger}' in done.stderr
    assert "environment of its own" in done.stderr
    assert (done.stdout, "Traceback" in done.stderr) == ("", False)


def test_a_module_of_that_name_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text("print('the stranger runs')")
    done = started(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert str(tmp_path / "store.py") in done.stderr


def test_without_strangers_it_starts(tmp_path: Path) -> None:
    done = started(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("hookswitch, version ")
