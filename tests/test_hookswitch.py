"""The command's own module: it trusts no `console` but the one beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
START = f"import sys; sys.path.append({str(ROOT)!r}); import hookswitch; hookswitch.main()"


def started(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", START, "--version"], env={**os.environ, "PYTHONPATH": str(path)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_it_is_the_command(tmp_path: Path) -> None:
    done = started(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("hookswitch, version ")


def test_another_console_is_named_and_not_run(tmp_path: Path) -> None:
    stranger = tmp_path / "console" / "__init__.py"
    stranger.parent.mkdir()
    stranger.write_text("print('the stranger runs')")
    done = started(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f'needs its own package "console", and Python finds another one: {stranger}' in done.stderr


def test_another_store_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text("print('the stranger runs')")
    done = started(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert '"store"' in done.stderr
