"""Keys of a terminal, one by one as they are pressed."""

from __future__ import annotations

import asyncio
import codecs
import os
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

_NAMES = {
    "\x1b[A": "up", "\x1b[B": "down", "\x1bOA": "up", "\x1bOB": "down", "\x1b[5~": "page-up", "\x1b[6~": "page-down",
    "\x1b[H": "home", "\x1b[F": "end", "\r": "enter", "\n": "enter", "\x7f": "backspace", "\x08": "backspace",
    "\x1b": "escape", "\x03": "interrupt", "\x04": "interrupt",
}  # fmt: skip


def split(text: str) -> Iterator[str]:
    """Names of the keys that sent this text; of sequences without a name nothing."""
    while text:
        known = next((sequence for sequence in sorted(_NAMES, key=len, reverse=True) if text.startswith(sequence)), "")
        if known == "\x1b" and text[1:2] in ("[", "O"):
            end = next((at for at, sign in enumerate(text[2:], 3) if sign.isalpha() or sign == "~"), len(text))
            text = text[end:]
            continue
        yield _NAMES.get(known, text[0])
        text = text[len(known) or 1 :]


@contextmanager
def keyboard(descriptor: int) -> Iterator[asyncio.Queue[str]]:
    """Key names as they come; the terminal is as it was afterwards."""
    keys: asyncio.Queue[str] = asyncio.Queue()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    before = termios.tcgetattr(descriptor)
    loop = asyncio.get_running_loop()

    def read() -> None:
        data = os.read(descriptor, 1024)
        for key in split(decoder.decode(data)) if data else ("interrupt",):
            keys.put_nowait(key)
        if not data:
            loop.remove_reader(descriptor)

    tty.setcbreak(descriptor)
    loop.add_reader(descriptor, read)
    try:
        yield keys
    finally:
        loop.remove_reader(descriptor)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
