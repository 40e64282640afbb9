from __future__ import annotations

import socket

import pytest

from console.dev.ports import CONSOLE_ABOVE, HOST, LARGEST, SANDBOX_ABOVE, Ports, PortTaken
from tests.ports import free_port


def test_the_others_follow_the_receiver() -> None:
    ports = Ports(8080)
    assert (ports.receiver_url, ports.sandbox_url) == ("http://127.0.0.1:8080", "http://127.0.0.1:8090")
    assert ports.console_url == "http://127.0.0.1:8081"
    assert Ports(LARGEST).sandbox == 65535


def test_a_taken_port_is_told_with_who_wanted_it() -> None:
    taken = free_port(SANDBOX_ABOVE - CONSOLE_ABOVE, SANDBOX_ABOVE) + SANDBOX_ABOVE
    with socket.create_server((HOST, taken)):
        with pytest.raises(PortTaken, match=f"port {taken} for the receiver is in use; .*--port"):
            Ports(taken).require_free(sandbox=False)
        with pytest.raises(PortTaken, match=f"port {taken} for the sandbox is in use"):
            Ports(taken - SANDBOX_ABOVE).require_free(sandbox=True)
        with pytest.raises(PortTaken, match=f"port {taken} for the console is in use"):
            Ports(taken - CONSOLE_ABOVE).require_free(sandbox=False)


def test_nobody_minds_the_sandboxs_port_without_a_sandbox() -> None:
    port = free_port(CONSOLE_ABOVE, SANDBOX_ABOVE)
    with socket.create_server((HOST, port + SANDBOX_ABOVE)):
        Ports(port).require_free(sandbox=False)
