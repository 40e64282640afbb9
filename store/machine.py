"""How much memory the machine, or the container that stands for one, gives us."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

GROUPS = Path("/sys/fs/cgroup")
OURS = Path("/proc/self/cgroup")
"""Linux tells here which groups a process belongs to; elsewhere there are none."""


def memory_bytes(groups: Path = GROUPS, ours: Path = OURS) -> int:
    """What the machine has, or the least that any group we are in may use."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([physical, *_limits(groups, ours)])


def _limits(groups: Path, ours: Path) -> Iterator[int]:
    for line in _text(ours).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from _numbers(groups, path, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _numbers(groups / "memory", path, "memory.limit_in_bytes")


def _numbers(root: Path, path: str, name: str) -> Iterator[int]:
    """The limits of a group and of all around it; inside a container the path is often that of the outside."""
    inside = PurePosixPath(path.lstrip("/"))
    for folder in {root / inside, *(root / around for around in inside.parents), root}:
        text = _text(folder / name).strip()
        if text.isascii() and text.isdigit():
            yield int(text)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
