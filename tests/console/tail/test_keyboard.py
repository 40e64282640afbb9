from __future__ import annotations

import asyncio
import os
import pty
import termios

import pytest

from console.tail.keyboard import keyboard, split


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("j", ["j"]), ("\x1b[A\x1b[B", ["up", "down"]), ("\x1bOA", ["up"]), ("\r", ["enter"]), ("\x1b", ["escape"]),
        ("\x1b[5~x", ["page-up", "x"]), ("\x1b[1;5Cq", ["q"]), ("ü", ["ü"]), ("\x7f", ["backspace"]),
        ("\x03", ["interrupt"]), ("\x1b[99", []),
    ],
)  # fmt: skip
def test_keys_have_names(sent: str, keys: list[str]) -> None:
    assert list(split(sent)) == keys


async def test_the_terminal_is_as_it_was_afterwards() -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    with keyboard(theirs) as keys:
        os.write(ours, "ü\x1b[A".encode())
        async with asyncio.timeout(10):
            assert [await keys.get(), await keys.get()] == ["ü", "up"]
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
