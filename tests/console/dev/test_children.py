from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from console.dev import children
from console.dev.children import Child, ChildFailed, how


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module `player` that a test writes."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(children, "RESTART_AFTER", 0.0)
    return tmp_path / "player.py"


async def until(true: Callable[[], bool]) -> None:
    """Another process does it, so there is nothing to wait on."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - as said
            await asyncio.sleep(0)


def a_child() -> Child:
    return Child("player", ["player"], {"PLAYER": "1"})


async def test_a_process_that_keeps_dying_is_given_up(script: Path) -> None:
    script.write_text("raise SystemExit(3)")
    said: list[str] = []
    with pytest.raises(ChildFailed, match=r"the player keeps ending \(exit code 3\)"):
        await a_child().keep_running(said.append)
    assert len(said) == children.GIVE_UP_AFTER - 1
    assert all("the player ended (exit code 3), starting it again" in line for line in said)


async def test_exit_2_is_not_tried_again(script: Path) -> None:
    script.write_text("raise SystemExit(2)")
    said: list[str] = []
    with pytest.raises(ChildFailed, match=r"the player could not start \(exit code 2\)") as failed:
        await a_child().keep_running(said.append)
    assert (failed.value.name, failed.value.code, said) == ("player", 2, [])


async def test_a_killed_process_comes_back(script: Path) -> None:
    script.write_text("import signal; signal.pause()")
    child, back = a_child(), asyncio.Event()
    running = asyncio.create_task(child.keep_running(lambda _: back.set()))
    try:
        await until(lambda: child.process is not None)
        assert child.process is not None
        first = child.process.pid
        child.kill()
        await asyncio.wait_for(back.wait(), 10)
        await until(lambda: child.process is not None and child.process.pid != first)
    finally:
        running.cancel()
        await child.stop()


async def test_stopping_asks_first(script: Path, tmp_path: Path) -> None:
    script.write_text(
        "import os, pathlib, signal, sys\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "signal.signal(signal.SIGTERM, lambda *_: ((folder / 'bye').touch(), sys.exit()))\n"
        "assert os.environ['PLAYER'] == '1'\n"
        "assert os.getsid(0) == os.getpid()\n"
        "os.mkfifo(folder / 'ready')\n"
        "while True: signal.pause()\n"
    )
    child = a_child()
    process = await child.start()
    await until((tmp_path / "ready").exists)
    await child.stop()
    assert process.returncode == 0
    assert (tmp_path / "bye").exists()


async def test_stopping_insists_in_the_end(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "STOP_TIMEOUT", 0.05)
    script.write_text(
        "import pathlib, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(tmp_path / 'ready')!r}).touch()\n"
        "while True: signal.pause()\n"
    )
    child = a_child()
    process = await child.start()
    await until((tmp_path / "ready").exists)
    await child.stop()
    assert process.returncode == -signal.SIGKILL


async def test_stopping_what_never_ran_or_is_gone(script: Path) -> None:
    child = a_child()
    await child.stop()
    script.write_text("")
    await (await child.start()).wait()
    await child.stop()
    child.kill()


def test_how_a_process_ended() -> None:
    assert (how(-9), how(3)) == ("SIGKILL", "exit code 3")
