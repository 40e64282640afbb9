"""Judges everything a process connects to, whichever library does it: an audit hook of the interpreter.

`socket.connect` is announced with the address that is about to be used, after any look-up and any redirect, so there is
nothing between the judgement and the connection. The hook stays for the life of the process, which is why this belongs
into a process that does nothing else. Code outside Python's own socket module is not seen; starting another program is
refused.
"""

from __future__ import annotations

import ipaddress
import sys
import threading
from collections.abc import Callable
from typing import Any

from workers.clients.addresses import AllowList

_PROGRAMS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn", "pty.spawn"}
)
_LOCAL = frozenset({"syslog.openlog", "syslog.syslog"})
_OUTGOING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class Refused(PermissionError):
    """The guard's no, as an error of the operating system: libraries clean up as after any failed connection."""


class Guard:
    """What may be reached, what was refused, and whether anything has left."""

    def __init__(self, allow: AllowList, leaving: Callable[[], None]) -> None:
        self.allow = allow
        self.refused = ""
        """The last host or address that was refused."""
        self.tried = False
        """Whether anything was looked up or connected to."""
        self.left = False
        """Whether a request or the text of a mail was handed to a connection."""
        self._leaving = leaving
        self._asked = threading.local()
        self._text_is_next = False

    def install(self) -> None:
        """Judge everything from now on, for good."""
        sys.addaudithook(self.judge)

    def judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook; raises Refused."""
        if event == "socket.getaddrinfo":
            self.tried = True
            self._asked.host, self._asked.port = arguments[0], arguments[1]
        elif event in _OUTGOING:
            self._judge_address(arguments[1])
        elif event == "http.client.send":
            self._note_leaving()
        elif event == "smtplib.send":
            self._follow_mail(arguments[1])
        elif event in _PROGRAMS or event in _LOCAL:
            raise Refused("a notification acts on no machine")

    def _judge_address(self, address: Any) -> None:
        if address is None:
            return
        self.tried = True
        host, port = (str(address[0]), address[1]) if isinstance(address, tuple) else ("a socket file", 0)
        name = self._name(port)
        if not self._may_reach(host, port, name):
            self.refused = name or host or "an empty address"
            raise Refused("not a public address and not in HTTP_ALLOW")

    def _name(self, port: int) -> str:
        """What this thread has looked up last, when it was for this port; connections follow their look-up."""
        asked, asked_port = getattr(self._asked, "host", None), getattr(self._asked, "port", None)
        name = asked.decode(errors="replace") if isinstance(asked, bytes) else asked
        return name if isinstance(name, str) and str(asked_port) == str(port) else ""

    def _may_reach(self, host: str, port: int, name: str) -> bool:
        try:
            judged = self.allow.may_reach(ipaddress.ip_address(host))
        except ValueError:
            return False
        return judged or self.allow.has_host(name or host, port)

    def _note_leaving(self) -> None:
        if not self.left:
            self.left = True
            self._leaving()

    def _follow_mail(self, line: Any) -> None:
        """A mail is said after the command `data`; before that nothing has been handed over."""
        if self._text_is_next:
            self._note_leaving()
        said = line if isinstance(line, bytes) else str(line).encode()
        self._text_is_next = said.strip().lower() == b"data"
