from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from console.cli.errors import CannotRun
from console.process.door import handed_over, listen


@pytest.fixture
def kept() -> Iterator[socket.socket]:
    """A socket that somebody else holds open, with a connection that waits in it."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held


def told(count: str = "1", pid: int | None = None) -> dict[str, str]:
    return {"LISTEN_PID": str(os.getpid() if pid is None else pid), "LISTEN_FDS": count}


def test_a_free_port_is_listened_on() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        assert listening.getsockname()[1] > 0


def test_a_taken_port_is_named() -> None:
    with listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(CannotRun, match=f"cannot listen on 127.0.0.1:{port}: Address already in use; stop what"):
            listen("127.0.0.1", port)


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(CannotRun, match=r"cannot listen on 192\.0\.2\.1:0: Cannot assign requested address"):
        listen("192.0.2.1", 0)


def test_a_socket_that_is_handed_over_is_taken_with_who_waits_in_it(kept: socket.socket) -> None:
    with socket.create_connection(kept.getsockname()) as early:
        taken = handed_over(told(), os.dup(kept.fileno()))
        assert taken is not None
        with taken, taken.accept()[0] as guest:
            assert guest.getpeername() == early.getsockname()
            assert not taken.get_inheritable()


@pytest.mark.parametrize("environ", [{}, told(pid=1), told("0"), {"LISTEN_FDS": "1"}])
def test_what_is_meant_for_another_process_or_nobody_is_left_alone(environ: dict[str, str]) -> None:
    assert handed_over(environ) is None


def test_more_than_one_is_too_many() -> None:
    with pytest.raises(CannotRun, match="2 sockets were handed over, and one is wanted"):
        handed_over(told("2"))


def test_a_descriptor_that_is_no_socket(tmp_path: os.PathLike[str]) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(CannotRun, match="promises a socket"):
        handed_over(told(), descriptor)
    os.close(descriptor)


def test_a_socket_that_does_not_listen() -> None:
    with socket.socket() as idle, pytest.raises(CannotRun, match="does not listen"):
        handed_over(told(), os.dup(idle.fileno()))
