"""The socket that a server listens on: its own, or one that whoever starts it holds open over restarts.

The second is handed over in the manner of systemd: LISTEN_PID names the process it is meant for, LISTEN_FDS says how
many sockets there are, and the first is descriptor 3. While nobody accepts, connections wait in it; none is refused.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from console.cli.errors import CannotRun

BACKLOG = 2048
"""Connections that may wait to be accepted."""
FIRST_HANDED_OVER = 3


def handed_over(environ: Mapping[str, str] = os.environ, descriptor: int = FIRST_HANDED_OVER) -> socket.socket | None:
    """The listening socket that was handed to this very process; raises CannotRun for anything else."""
    if environ.get("LISTEN_PID") != str(os.getpid()) or environ.get("LISTEN_FDS", "0") == "0":
        return None
    if environ["LISTEN_FDS"] != "1":
        raise CannotRun(f"{environ['LISTEN_FDS']} sockets were handed over, and one is wanted: one ListenStream alone")
    try:
        given = socket.socket(fileno=descriptor)
        listens = given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise CannotRun(f"LISTEN_FDS promises a socket, and there is none: {error.strerror}") from error
    if not listens or given.type != socket.SOCK_STREAM:
        given.close()
        raise CannotRun("the socket that was handed over does not listen; say ListenStream in the .socket unit")
    given.set_inheritable(False)
    return given


def listen(host: str, port: int) -> socket.socket:
    """A listening socket of our own; raises CannotRun when the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise CannotRun(
            f"cannot listen on {host}:{port}: {reason}; stop what listens there, or choose another with --port"
        ) from error
