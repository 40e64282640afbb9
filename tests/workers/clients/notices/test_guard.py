from __future__ import annotations

import pytest

from workers.clients.addresses import AllowList
from workers.clients.notices.guard import Guard, Refused


def guard(*allow: str) -> tuple[Guard, list[str]]:
    left: list[str] = []
    return Guard(AllowList(allow), lambda: left.append("left")), left


def connect(own: Guard, address: object, event: str = "socket.connect") -> None:
    own.judge(event, (None, address))


@pytest.mark.parametrize(
    "address",
    [
        ("127.0.0.1", 80), ("169.254.169.254", 80), ("10.0.0.1", 25), ("::1", 80, 0, 0), ("fd00::8", 80, 0, 0),
        ("::ffff:169.254.169.254", 80, 0, 0), ("64:ff9b::a9fe:a9fe", 80, 0, 0), ("168.63.129.16", 80), ("", 80),
        ("fe80::1%eth0", 80, 0, 2), ("localhost", 80), ("a-public-name.test", 80), "/run/docker.sock", b"/run/x.sock",
    ],
)  # fmt: skip
@pytest.mark.parametrize("event", ["socket.connect", "socket.sendto", "socket.sendmsg"])
def test_what_is_not_public_is_refused(address: object, event: str) -> None:
    own, _ = guard()
    with pytest.raises(Refused):
        connect(own, address, event)
    assert own.refused


def test_a_refusal_is_an_error_of_the_operating_system() -> None:
    assert issubclass(Refused, OSError)


def test_what_is_public_or_listed_is_reached() -> None:
    own, _ = guard("10.2.0.0/16", "127.0.0.1:8080", "[::1]:25")
    for address in (("8.8.8.8", 443), ("10.2.3.4", 25), ("127.0.0.1", 8080), ("::1", 25, 0, 0), None):
        connect(own, address)
    with pytest.raises(Refused):
        connect(own, ("127.0.0.1", 25))


@pytest.mark.parametrize("name", ["mail.internal", b"mail.internal", "MAIL.internal."])
def test_a_listed_name_is_reached_wherever_it_points(name: str | bytes) -> None:
    own, _ = guard("mail.internal")
    own.judge("socket.getaddrinfo", (name, 25, 0, 1, 0))
    connect(own, ("10.0.0.5", 25))


def test_a_listed_name_opens_nothing_for_the_next_one() -> None:
    own, _ = guard("mail.internal")
    own.judge("socket.getaddrinfo", ("mail.internal", 25, 0, 1, 0))
    with pytest.raises(Refused):
        connect(own, ("10.0.0.5", 80))
    own.judge("socket.getaddrinfo", ("evil.test", 25, 0, 1, 0))
    with pytest.raises(Refused):
        connect(own, ("10.0.0.5", 25))
    assert own.refused == "evil.test"


@pytest.mark.parametrize("event", ["subprocess.Popen", "os.system", "os.exec", "os.fork", "syslog.syslog"])
def test_nothing_acts_on_this_machine(event: str) -> None:
    own, _ = guard("0.0.0.0/0")
    with pytest.raises(Refused):
        own.judge(event, ())


def test_a_request_leaves_with_its_first_bytes() -> None:
    own, left = guard()
    connect(own, ("8.8.8.8", 443))
    assert (own.tried, own.left) == (True, False)
    for _ in range(2):
        own.judge("http.client.send", (None, b"POST / HTTP/1.1"))
    assert (own.left, left) == (True, ["left"])


def test_a_mail_leaves_with_its_text() -> None:
    own, left = guard()
    for said in (b"ehlo x\r\n", "mail FROM:<data>\r\n", b"rcpt TO:<b@c>\r\n", b"data\r\n"):
        own.judge("smtplib.send", (None, said))
    assert not own.left
    own.judge("smtplib.send", (None, b"Subject: x\r\n"))
    assert left == ["left"]


def test_other_events_are_none_of_its_business() -> None:
    own, _ = guard()
    own.judge("open", ("/etc/hosts", "r", 0))
    assert not own.tried
