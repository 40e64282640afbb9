"""`python -m tools.image.lock`: of all that is locked, what runs, and what builds; for the container image.

The lock of the project holds the tools of its makers as well. What is left out here is found by following what each
library says it needs, on Linux, for every Python that is promised.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.txt"
RUNS = ROOT / "deploy" / "requirements.txt"
BUILDS = ROOT / "deploy" / "requirements-build.txt"
EXTRA = "otel"
"""The one extra that is in the image: it does nothing until it is set up."""
_HEAD = "# Made of requirements.txt by `make image-lock`; not for editing.\n"
_PYTHONS = ("3.11", "3.12", "3.13")
_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def locked() -> dict[str, str]:
    """Every entry of the lock with its hashes, by the name of its library."""
    text = LOCK.read_text(encoding="utf-8")
    return {canonicalize_name(found["name"]): found[0] for found in _ENTRY.finditer(text)}


def text_for(wanted: Iterator[str]) -> str:
    """A lock file with those libraries and all they need."""
    entries = locked()
    needed = closure(map(Requirement, wanted))
    return _HEAD + "".join(entries[name] for name in sorted(entries) if name in needed)


def closure(first: Iterator[Requirement]) -> set[str]:
    """The names of some libraries and of everything that they need."""
    found: set[tuple[str, frozenset[str]]] = set()
    open_ = list(first)
    while open_:
        each = open_.pop()
        mark = (canonicalize_name(each.name), frozenset(each.extras))
        if mark not in found:
            found.add(mark)
            open_ += _needs(*mark)
    return {name for name, _ in found}


def _needs(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    try:
        said = [Requirement(text) for text in requires(name) or []]
    except PackageNotFoundError:
        return
    yield from (each for each in said if any(_counts(each, extra) for extra in ("", *extras)))


def _counts(each: Requirement, extra: str) -> bool:
    where = [_environment(version, extra) for version in _PYTHONS]
    return each.marker is None or any(each.marker.evaluate(dict(environment)) for environment in where)


def _environment(version: str, extra: str) -> Mapping[str, str]:
    linux = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
    return {**linux, "python_version": version, "python_full_version": f"{version}.0", "extra": extra}


def files() -> dict[Path, str]:
    """Both files of the image as they should be."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = project["project"]["optional-dependencies"][EXTRA]
    runs = text_for(iter([*project["project"]["dependencies"], *extra]))
    return {RUNS: runs, BUILDS: text_for(iter(project["build-system"]["requires"]))}


def main() -> None:
    """Write them."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
        sys.stderr.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
