"""The ports of one `dev`: where its processes listen, all on this machine alone."""

from __future__ import annotations

import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
SANDBOX_ABOVE = 10
CONSOLE_ABOVE = 1
LARGEST = 65535 - SANDBOX_ABOVE


class PortTaken(Exception):
    """Somebody else listens where one of our processes must; `port` says where."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__(
            f"port {port} for the {name} is in use; stop what listens there, or choose another with --port "
            f"(the console takes the next one, the sandbox the one {SANDBOX_ABOVE} above)"
        )
        self.port = port


@dataclass(frozen=True)
class Ports:
    """Chosen is the receiver's; the others follow from it."""

    receiver: int

    @property
    def sandbox(self) -> int:
        """A little above the receiver."""
        return self.receiver + SANDBOX_ABOVE

    @property
    def console(self) -> int:
        """Right above the receiver."""
        return self.receiver + CONSOLE_ABOVE

    @property
    def receiver_url(self) -> str:
        return f"http://{HOST}:{self.receiver}"

    @property
    def console_url(self) -> str:
        return f"http://{HOST}:{self.console}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{HOST}:{self.sandbox}"

    def require_free(self, *, sandbox: bool) -> None:
        """Raise PortTaken when a process could not listen."""
        _require_free(self.receiver, "receiver")
        _require_free(self.console, "console")
        if sandbox:
            _require_free(self.sandbox, "sandbox")


def _require_free(port: int, name: str) -> None:
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise PortTaken(port, name) from error
