"""Every Python that is promised: what can be told without its libraries, and what its classifiers say."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.packaging.wheel import PACKAGES, ROOT
from tests.test_architecture import imports

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSIONS = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", each)]

COME_ALONG = {"hiredis": "redis", "httpcore": "httpx", "pydantic_core": "pydantic"}
"""Imported by us, and part of what is asked for under another name."""

COMPILE = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("error")
for name in sys.stdin.read().split():
    compile(Path(name).read_bytes(), name, "exec")
print("\\n".join(sys.stdlib_module_names))
"""


def sources() -> list[Path]:
    return [ROOT / "hookswitch.py", *(path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")))]


def imported() -> set[str]:
    """The first word of everything that is imported."""
    return {name.partition(".")[0] for path in sources() for name in imports(path)} - {*PACKAGES, "__future__"}


@cache
def interpreter(version: str) -> str:
    """Its path, or nothing when this machine has none that runs."""
    managed = sorted(map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python")))
    return next((found for found in [shutil.which(f"python{version}"), *managed] if found and _runs(found)), "")


def _runs(python: str) -> bool:
    return subprocess.run([python, "--version"], capture_output=True).returncode == 0


def test_the_versions_are_those_the_tree_is_checked_for() -> None:
    assert VERSIONS == ["3.11", "3.12", "3.13"]
    assert PROJECT["requires-python"] == f">={VERSIONS[0]}"
    assert sys.version_info >= (3, 11)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_source_compiles_there_without_a_warning(version: str) -> None:
    if not interpreter(version):
        pytest.skip(f"there is no Python {version} here")
    done = subprocess.run(
        [interpreter(version), "-I", "-c", COMPILE], input="\n".join(map(str, sources())),
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    gone = (imported() & sys.stdlib_module_names) - set(done.stdout.split())
    assert gone == set(), f"Python {version} no longer has them"


def test_every_library_that_is_imported_is_asked_for() -> None:
    extras = [each for group in PROJECT["optional-dependencies"].values() for each in group]
    asked = {_plain(re.split(r"[\[<>=~! ]", each)[0]) for each in [*PROJECT["dependencies"], *extras]}
    by_module = packages_distributions()
    wanted = {name: {_plain(each) for each in by_module.get(name, [])} for name in imported() - sys.stdlib_module_names}
    assert {name for name, makers in wanted.items() if not (makers | {COME_ALONG.get(name, name)}) & asked} == set()


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
