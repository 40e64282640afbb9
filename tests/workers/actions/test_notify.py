from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import apprise
import httpx
import pytest
from pydantic import ValidationError

from store.client import Store
from store.event import Call
from tests.store.builders import an_event
from tests.workers.clients.notices.support import PATIENCE, MailServer, WebServer, listening
from tests.workers.clients.support import context, said_by
from tests.workers.support import Shop
from workers.actions import ACTIONS, in_doubt_for
from workers.actions.base import ActionContext
from workers.actions.notify import NotifyParams
from workers.clients.errors import ApiError, AuthFailed, InDoubtError, Invalid, NotAllowed, Unavailable, Unsupported
from workers.clients.notices.child import goes_over_http_or_mail
from workers.clients.notices.notifier import Notice, Notifier
from workers.clients.notices.report import Report
from workers.toolbox import Clients

HERE = ["127.0.0.1"]
pytestmark = pytest.mark.usefixtures("forked_notices")

RULES = Path(__file__).parents[3] / "docs" / "rules.md"


def own(*urls: str, allow: list[str] | None = None, timeout: float = 50.0) -> ActionContext:
    given = context(httpx.AsyncClient(), timeout=timeout, secrets=frozenset(urls))
    given.notifier = Notifier(HERE if allow is None else allow)
    return given


async def notified(given: ActionContext, to: Any, **more: Any) -> None:
    params = NotifyParams.model_validate({"to": to, "title": "Failed call", "body": "A call has failed.", **more})
    await ACTIONS["notify"].perform(given, params)


async def test_a_notification_goes_out_and_is_recorded_without_its_address() -> None:
    server = WebServer()
    async with listening(server) as port:
        url = f"json://user:hush-word@127.0.0.1:{port}/hush-path"
        given = own(url)
        await notified(given, url)
    assert json.loads(server.bodies[0])["message"] == "A call has failed."
    recorded = given.exchanges[0]
    assert recorded.sent == {"title": "Failed call", "body": "A call has failed."}
    assert recorded.got == {"service": "JSON", "status": [200]}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("500 No", InDoubtError), ("401 No", AuthFailed), ("422 No", Invalid), ("reset", InDoubtError),
        ("302 Found\r\nlocation: http://127.0.0.1:{port}/", Invalid),
    ],
)  # fmt: skip
async def test_failures_have_the_names_of_all_outgoing_calls(fault: str, kind: type[ApiError]) -> None:
    async with listening(WebServer(fault)) as port:
        url = f"json://user:hush-word@127.0.0.1:{port}/hush-path"
        given = own(url)
        with pytest.raises(kind) as failed:
            await notified(given, url)
    assert "hush" not in str(failed.value) + said_by(given)
    assert given.exchanges[0].got["error"] == failed.value.message


async def test_a_service_that_hangs_is_doubt_within_the_steps_time() -> None:
    async with listening(WebServer("hang")) as port:
        url = f"json://127.0.0.1:{port}"
        for seconds in PATIENCE:
            with pytest.raises((InDoubtError, Unavailable)) as failed:
                await notified(own(url, timeout=seconds), url)
            if failed.type is InDoubtError:
                break
    assert failed.type is InDoubtError


async def test_a_mail_server_that_does_not_know_us_is_final() -> None:
    async with listening(MailServer({"AUTH": "535 no"})) as port:
        url = f"mailto://ops:hush-word@127.0.0.1:{port}?from=ops@example.com&to=duty@example.com&mode=insecure"
        with pytest.raises(AuthFailed) as failed:
            await notified(own(url), url)
    assert not failed.value.retryable
    assert "hush" not in str(failed.value)


@pytest.mark.parametrize("scheme", ["json", "mailto"])
async def test_hosts_that_are_not_public_are_refused(scheme: str) -> None:
    async with listening(WebServer()) as port:
        url = f"{scheme}://127.0.0.1:{port}?from=ops@example.com&to=duty@example.com&mode=insecure"
        with pytest.raises(NotAllowed, match="HTTP_ALLOW"):
            await notified(own(url, allow=[]), url)


@pytest.mark.parametrize(("url", "kind"), [("hush", Invalid), ("foo://hush", Invalid), ("dbus://hush", Unsupported)])
async def test_what_is_no_address_of_a_service_is_refused(url: str, kind: type[ApiError]) -> None:
    with pytest.raises(kind) as failed:
        await notified(own(url), url)
    assert "hush" not in str(failed.value)


@pytest.mark.parametrize("to", ["json://127.0.0.1", ["json://a-secret.test", "json://127.0.0.1"]])
async def test_what_is_no_secret_is_refused_before_anything_is_sent(to: Any) -> None:
    given = own("json://a-secret.test")
    with pytest.raises(NotAllowed, match="nothing but secrets"):
        await notified(given, to)
    assert given.exchanges == []


class Said(Notifier):
    """Says what the test says, by URL."""

    def __init__(self, reports: dict[str, Report]) -> None:
        super().__init__()
        self.reports = reports
        self.notices: list[Notice] = []

    async def send(self, url: str, notice: Notice, seconds: float) -> Report:
        self.notices.append(notice)
        return self.reports[url]


DONE = Report(done=True, ended=True, service="Slack")
REFUSED = Report(ended=True, left=True, service="Slack", statuses=[403])
AWAY = Report(ended=True, broken=True, service="Slack")


@pytest.mark.parametrize(
    ("reports", "kind"),
    [([DONE, REFUSED], AuthFailed), ([REFUSED, AWAY, DONE], Unavailable), ([AWAY, REFUSED], Unavailable)],
)
async def test_a_list_is_done_when_all_of_it_is(reports: list[Report], kind: type[ApiError]) -> None:
    """What waiting can mend is tried again, for all of the list: twice is better than never."""
    urls = [f"slack://{position}" for position in range(len(reports))]
    given = own(*urls)
    given.notifier = Said(dict(zip(urls, reports, strict=True)))
    with pytest.raises(kind):
        await notified(given, urls)
    assert [each.sent["to"] for each in given.exchanges] == [f"{n + 1} of {len(urls)}" for n in range(len(urls))]


async def test_the_title_is_one_line_and_the_format_is_handed_on() -> None:
    given = own("slack://x")
    given.notifier = said = Said({"slack://x": DONE})
    await notified(given, "slack://x", title="a\r\nBcc:  b", format="markdown")
    assert said.notices == [Notice("A call has failed.", "a Bcc: b", "markdown")]


@pytest.mark.parametrize(
    "wrong", [{"to": []}, {"to": ["x"] * 21}, {"body": ""}, {"format": "pdf"}, {"in_doubt": "verify"}, {"attach": "x"}]
)
def test_parameters_are_a_closed_list(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NotifyParams.model_validate({"to": "x", "body": "y", **wrong})


@pytest.mark.parametrize(("chosen", "policy"), [(None, "repeat"), ("skip", "skip"), ("park", "park")])
def test_the_rule_may_say_what_happens_in_doubt(chosen: Any, policy: str) -> None:
    params = NotifyParams(to="x", body="y", in_doubt=chosen)
    assert in_doubt_for(ACTIONS["notify"], params) == policy


# --- whole runs -------------------------------------------------------------------------------------------------------

RULE = """
description: A rule of a test.
on: {{ status-update: failed }}
steps:
  - action: notify
    timeout: 50s
    with: {{ to: '${{{{ secrets.ops }}}}', body: 'Failed: ${{{{ call.ended_reason }}}}.'{more} }}
"""


async def played(store: Store, folder: Path, server: WebServer, more: str = "", tries: int = 1) -> list[dict[str, Any]]:
    shop = Shop(store, folder)
    async with listening(server) as port:
        shop.secrets = {"ops": f"json://user:hush-word@127.0.0.1:{port}/hush-path"}
        shop.rule("rule", RULE.format(more=more))
        shop.desk.clients = Clients(shop.desk.clients.open, notifier=Notifier(HERE))
        event = await shop.post(an_event(kind="status-update", call=Call(id="c", status="failed")))
        for _ in range(tries):
            await shop.work()
            await shop.hurry()
    found = await store.events.trace(event.id)
    assert "hush" not in str(found)
    return list((await shop.steps(event, "rule")).values())


async def test_a_rule_notifies(store: Store, tmp_path: Path) -> None:
    server = WebServer()
    [step] = await played(store, tmp_path, server)
    assert step["state"] == "done"
    assert json.loads(server.bodies[0])["message"] == "Failed: ."


async def test_in_doubt_it_is_said_again(store: Store, tmp_path: Path) -> None:
    server = WebServer("reset")
    [step] = await played(store, tmp_path, server, tries=2)
    assert (step["state"], len(server.bodies)) == ("waiting", 2)
    assert "hush" not in json.dumps(step)


async def test_unless_the_rule_says_otherwise(store: Store, tmp_path: Path) -> None:
    server = WebServer("reset")
    [step] = await played(store, tmp_path, server, ", in_doubt: skip", tries=2)
    assert (step["state"], len(server.bodies)) == ("skipped", 1)


# --- the page for those who write rules -------------------------------------------------------------------------------


def examples() -> list[str]:
    section = RULES.read_text(encoding="utf-8").partition("\n### Notifications\n")[2].partition("\n## ")[0]
    return re.findall(r"`((?:https|[a-z]+)://[^`]+)`", section)


def usable(url: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        service = apprise.Apprise.instantiate(url)
    return service is not None and goes_over_http_or_mail(type(service))


def test_every_address_on_the_page_is_one() -> None:
    assert len(examples()) >= 7
    assert [url for url in examples() if not usable(url)] == []
