from __future__ import annotations

import asyncio
import json

import pytest

from tests.workers.clients.notices.support import (
    HERE,
    LONG,
    NOTICE,
    PATIENCE,
    MailServer,
    WebServer,
    listening,
    sent,
    through,
)
from workers.clients.notices.notifier import AT_ONCE, Notice, Notifier
from workers.clients.notices.report import Report

pytestmark = pytest.mark.usefixtures("forked_notices")

METADATA = "302 Found\r\nlocation: http://169.254.169.254/latest/"


# --- over HTTP --------------------------------------------------------------------------------------------------------


async def test_a_web_server_gets_the_notification() -> None:
    server = WebServer()
    report = await through(server, "json://user:word@127.0.0.1:{port}/hook")
    told = json.loads(server.bodies[0])
    assert (told["title"], told["message"]) == ("Failed call", "A call has failed.")
    assert report == Report(service="JSON", done=True, ended=True, left=True, statuses=[200])


@pytest.mark.parametrize(
    ("host", "allow"),
    [
        ("127.0.0.1", []),
        ("localhost", ["127.0.0.1:1"]),
        ("2130706433", ["crm.internal", "10.0.0.0/8"]),
    ],
)
async def test_loopback_is_refused_by_default(host: str, allow: list[str]) -> None:
    server = WebServer()
    report = await through(server, f"json://{host}:{{port}}", allow)
    assert (report.done, report.left, server.bodies) == (False, False, [])
    assert report.refused == host


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8", "127.0.0.1:{port}"])
async def test_what_is_listed_is_reached(entry: str) -> None:
    server = WebServer()
    async with listening(server) as port:
        report = await sent(f"json://127.0.0.1:{port}", [entry.format(port=port)])
    assert report.done
    assert len(server.bodies) == 1


async def test_a_listed_name_is_reached() -> None:
    assert (await through(WebServer(), "json://localhost:{port}", ["localhost"])).done


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://127.0.0.1:{port}/", "http://[::1]:{port}/"])
async def test_a_redirect_to_elsewhere_is_refused(target: str) -> None:
    server = WebServer(f"307 There\r\nlocation: {target}")
    report = await through(server, "json://localhost:{port}?redirect=yes", ["localhost"])
    assert not report.done
    assert report.refused in ("169.254.169.254", "127.0.0.1", "::1")
    assert len(server.bodies) == 1


async def test_redirects_are_not_followed_unless_the_url_says_so() -> None:
    """A POST that becomes a GET on the way would count as sent and say nothing to anybody."""
    report = await through(WebServer(METADATA), "json://127.0.0.1:{port}")
    assert (report.done, report.refused, report.statuses) == (False, "", [302])


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_the_status_is_told(status: int) -> None:
    report = await through(WebServer(f"{status} No"), "json://127.0.0.1:{port}")
    assert (report.done, report.ended, report.left, report.statuses) == (False, True, True, [status])


async def test_a_reset_after_sending_is_told() -> None:
    report = await through(WebServer("reset"), "json://127.0.0.1:{port}")
    assert (report.done, report.left, report.broken) == (False, True, True)


async def test_a_port_where_nobody_listens_is_told() -> None:
    async with listening(WebServer()) as port:
        pass
    report = await sent(f"json://127.0.0.1:{port}")
    assert (report.ended, report.left, report.broken) == (True, False, True)


async def test_who_never_answers_is_left_in_time() -> None:
    async with listening(WebServer("hang")) as port:
        for seconds in PATIENCE:
            report = await sent(f"json://127.0.0.1:{port}", seconds=seconds)
            if report.left:
                break
    assert (report.ended, report.left, report.service) == (False, True, "JSON")


class Crowd(WebServer):
    """Answers nobody before as many are there as may be."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = self.most = 0
        self.full = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside == AT_ONCE:
            self.full.set()
        await self.full.wait()
        await super().__call__(reader, writer)
        self.inside -= 1


async def test_few_are_sent_at_one_time() -> None:
    server, notifier = Crowd(), Notifier(HERE)
    async with listening(server) as port:
        url = f"json://127.0.0.1:{port}"
        reports = await asyncio.gather(*(notifier.send(url, NOTICE, LONG) for _ in range(AT_ONCE + 2)))
    assert all(report.done for report in reports)
    assert server.most == AT_ONCE


async def test_who_waits_for_a_turn_does_so_in_its_own_time() -> None:
    notifier = Notifier(HERE)
    for _ in range(AT_ONCE):
        await notifier._turns.acquire()
    report = await notifier.send("json://127.0.0.1:1", NOTICE, 0.01)
    assert (report.ended, report.left) == (False, False)


# --- by mail ----------------------------------------------------------------------------------------------------------

MAIL = "mailto://127.0.0.1:{port}?from=ops@example.com&to=duty@example.com&mode=insecure"
LOGIN = "mailto://ops:hush@127.0.0.1:{port}?from=ops@example.com&to=duty@example.com&mode=insecure"


async def test_a_mail_server_gets_the_mail() -> None:
    server = MailServer()
    report = await through(server, MAIL)
    assert (report.done, report.left) == (True, True)
    assert "Subject: Failed call" in server.mails[0]
    assert "To: duty@example.com" in server.mails[0]


async def test_a_mail_server_is_judged_like_any_host() -> None:
    server = MailServer()
    report = await through(server, MAIL, [])
    assert (report.done, report.refused, server.mails) == (False, "127.0.0.1", [])


@pytest.mark.parametrize(
    ("verb", "reply", "left"),
    [("AUTH", 535, False), ("RCPT", 550, False), ("MAIL", 451, False), ("TEXT", 554, True)],
)
async def test_the_servers_no_is_told(verb: str, reply: int, left: bool) -> None:
    report = await through(MailServer({verb: f"{reply} no"}), LOGIN)
    assert (report.done, report.left, report.replies[0]) == (False, left, reply)


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "DATA"])
async def test_a_server_that_hangs_up_is_told(verb: str) -> None:
    report = await through(MailServer({verb: "", "HELO": ""}), MAIL)
    assert (report.done, report.broken, report.replies) == (False, True, [])


async def test_a_subject_cannot_add_headers() -> None:
    server = MailServer()
    async with listening(server) as port:
        await sent(MAIL.format(port=port), notice=Notice("x", "a\r\nBcc: evil@example.com"))
    assert not any(line.lower().startswith("bcc:") for mail in server.mails for line in mail.splitlines())


# --- what is no address -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "why"), [("{}", "unknown"), ("dbus://127.0.0.1/a/b", "barred")])
async def test_what_cannot_be_sent_to_is_told(url: str, why: str) -> None:
    assert (await sent(url)).url == why


@pytest.mark.parametrize("entry", ["http://crm.internal", "10.0.0.0/99"])
def test_an_entry_that_means_nothing_is_refused_at_start(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host"):
        Notifier([entry])
