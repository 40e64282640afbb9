from __future__ import annotations

import os
from pathlib import Path

import pytest

from store.machine import memory_bytes

PHYSICAL = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
MB = 1_000_000


def asked(tmp_path: Path, ours: str, **limits: str) -> int:
    """`limits` are files below the groups' folder, `__` between folders."""
    (tmp_path / "ours").write_text(ours)
    for name, limit in limits.items():
        path = tmp_path / "groups" / name.replace("__", "/").replace("memory_", "memory.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(limit + "\n")
    return memory_bytes(tmp_path / "groups", tmp_path / "ours")


def test_without_groups_it_is_the_machines(tmp_path: Path) -> None:
    assert memory_bytes(tmp_path / "none", tmp_path / "none") == PHYSICAL
    assert 0 < memory_bytes() <= PHYSICAL


@pytest.mark.parametrize("ours", ["0::/\n", "0::/docker/0a1b\n"])
def test_a_container_has_the_limit_at_its_root(tmp_path: Path, ours: str) -> None:
    assert asked(tmp_path, ours, memory_max=str(512 * MB)) == 512 * MB


def test_the_least_of_all_groups_around_counts(tmp_path: Path) -> None:
    limits = {"system__hooks__memory_max": "max", "system__memory_max": str(800 * MB), "memory_max": str(900 * MB)}
    assert asked(tmp_path, "0::/system/hooks\n", **limits) == 800 * MB


def test_the_older_kind_of_groups(tmp_path: Path) -> None:
    ours = "12:cpu,cpuacct:/a\n5:memory:/docker/1\n"
    assert asked(tmp_path, ours, memory__docker__1__memory_limit_in_bytes=str(300 * MB)) == 300 * MB


def test_no_limit_is_a_word_or_a_very_large_number(tmp_path: Path) -> None:
    assert asked(tmp_path, "0::/\n", memory_max="max") == PHYSICAL
    assert asked(tmp_path, "0::/\n", memory_max=str(2**63 - 4096)) == PHYSICAL
