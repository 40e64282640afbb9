from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from console.process.openfiles import needed, raise_limit, too_few

ROOT = Path(__file__).parents[3]
SHOW = "import resource; from console.process import openfiles; openfiles.raise_limit(); print(*resource.getrlimit(7))"


def limited(soft: int, hard: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_soft_limit_becomes_the_hard_one() -> None:
    assert resource.RLIMIT_NOFILE == 7
    done = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=ROOT, preexec_fn=limited(64, 900), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["900", "900"]


@pytest.mark.parametrize("error", [OSError("not permitted"), ValueError("exceeds the maximum")])
def test_a_system_that_does_not_allow_it_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(resource, "setrlimit", refuse)
    raise_limit()


def test_a_hard_limit_below_what_the_settings_ask_for_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"hard": 4096}
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, limits["hard"]))
    assert needed(2000) == 4200
    assert (too_few(2000), too_few(1000)) == (4096, None)
    limits["hard"] = resource.RLIM_INFINITY
    assert too_few(10**9) is None
