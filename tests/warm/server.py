"""A process in which everything of ours is imported, and which forks for each program it is asked to run.

`python -m tests.warm.server DESCRIPTOR`: a request is one message on that socket, JSON with the file descriptors 0, 1
and 2 of the program and one on which it is told the program's process id and, at the end, its exit status. It has one
thread. When nobody holds the other end of the socket, it kills what still runs and ends.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

from console.cli import VERBS, verb
from store.embedded import die_with_parent

LONGEST_REQUEST = 180_000
"""Bytes of a message."""
_LIBRARIES = (
    "console.sandbox.app", "console.sandbox.settings", "console.web.app", "receiver.app", "tests.receiver.support",
    "uvicorn.lifespan.on", "uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl", "zoneinfo",
)  # fmt: skip
"""What programs import beside the verbs, most of it only once they run."""


def _nothing() -> None:
    """All that most programs need more."""


def _notices() -> None:
    """Every service that can be notified: a third of a second, which few need."""
    from apprise.manager_plugins import NotificationManager

    NotificationManager().load_modules()  # type: ignore[no-untyped-call]


_ON_DEMAND: Mapping[str, Callable[[], None]] = {"workers.clients.notices.child": cache(_notices)}
"""Program → what only that one imports: here, too, but not before it is asked for."""


class Server:
    """The loop: requests come in, programs go out, and who ended is told."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._running: dict[int, socket.socket] = {}
        self._awake, waking = socket.socketpair()
        self._waking = waking
        for end in (self._awake, waking):
            end.setblocking(False)

    def serve(self) -> dict[str, Any] | None:
        """Returns in each program with what it was asked for, and here with nothing, when nobody asks any more."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking.fileno(), warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._requests, selectors.EVENT_READ)
            selector.register(self._awake, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._awake in ready:
                    self._reap()
                if self._requests in ready:
                    message, descriptors, _, _ = socket.recv_fds(self._requests, LONGEST_REQUEST, 4)
                    if not message:
                        self._end()
                        return None
                    request = dict(json.loads(message))
                    _ON_DEMAND.get(request["module"], _nothing)()
                    if self._fork(descriptors):
                        return request

    def _fork(self, descriptors: list[int]) -> bool:
        """Whether this is the program."""
        *standard, told = descriptors
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_program(standard, told, server)
            return True
        for descriptor in standard:
            os.close(descriptor)
        self._running[pid] = socket.socket(fileno=told)
        self._tell(self._running[pid], pid)
        return False

    def _become_program(self, standard: list[int], told: int, server: int) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent()
        if os.getppid() != server:
            os._exit(1)
        for each in (self._requests, self._awake, self._waking, *self._running.values()):
            each.close()
        os.close(told)
        for number, descriptor in enumerate(standard):
            os.dup2(descriptor, number)
            os.close(descriptor)

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            while self._awake.recv(4096):
                pass
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                with self._running.pop(ended[0]) as told:
                    self._tell(told, os.waitstatus_to_exitcode(ended[1]))

    def _tell(self, whom: socket.socket, what: int) -> None:
        """Who asked may be gone or not care."""
        with suppress(OSError):
            whom.send(str(what).encode())

    def _end(self) -> None:
        for pid in self._running:
            os.kill(pid, signal.SIGKILL)


def become(request: dict[str, Any]) -> None:
    """The environment, folder and arguments that a program was asked to have, and no others."""
    os.environ.clear()
    os.environ.update(request["environ"])
    time.tzset()
    os.chdir(request["folder"])
    sys.argv = ["-m", *request["arguments"]]


def run(module: str) -> int:
    """What `python -m module` does; the exit code."""
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return _exit_code(end)
    except BaseException:  # noqa: BLE001 - this is the edge of the process
        traceback.print_exc()
        return 1
    return 0


def _exit_code(end: SystemExit) -> int:
    if isinstance(end.code, str):
        sys.stderr.write(f"{end.code}\n")
        return 1
    return end.code or 0


def main(descriptor: int) -> None:
    """Import, then serve; programs leave without tearing down what was imported, which takes longer than they do."""
    for name in VERBS:
        verb(name)
    for name in _LIBRARIES:
        import_module(name)
    gc.collect()
    gc.freeze()
    request = Server(socket.socket(fileno=descriptor)).serve()
    if request is None:
        return
    become(request)
    code = run(request["module"])
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]))
