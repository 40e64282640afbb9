"""Adding a platform works as it is written: in a copy of the tree, step by step."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tests.docs.walk import steps, take

PAGE = ROOT / "docs" / "add-a-platform.md"
COPIED = ("receiver", "store", "rules", "workers", "console", "tests")
_LEFT = shutil.ignore_patterns("journeys", "chaos", "docs")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source as it is, its bytecode, and what mypy knows of it."""
    tree = tmp_path_factory.mktemp("tree")
    for room in COPIED:
        shutil.copytree(ROOT / room, tree / room, ignore=_LEFT if room == "tests" else None)
    shutil.copy(ROOT / "pyproject.toml", tree)
    with suppress(OSError):
        shutil.copytree(ROOT / ".mypy_cache", tree / ".mypy_cache")
    return tree


@pytest.mark.journey
@pytest.mark.timeout(1200)
def test_every_step_of_the_page_works(tree: Path) -> None:
    """The tests of the other platforms are left to the suite that this one is part of."""
    environ = {"RINGO_SECRET": "a secret", "PYTEST_ADDOPTS": "-k ringo", "PYTHONDONTWRITEBYTECODE": ""}
    taken = 0
    for step in steps(PAGE):
        done = take(step, tree, **environ)
        if done is not None and "connections try" not in step.text:
            assert done.returncode == 0, f"{step.text}\n{done.stdout}\n{done.stderr}"
        elif done is not None:
            assert "status-update" in done.stdout, done.stderr
        taken += 1
    assert taken >= 15
