from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from console.checkup.finding import Finding
from console.checkup.platforms.compare import Ours, Wanted, hook_findings
from console.checkup.platforms.hooks import Hook, Settings
from receiver.providers import PROVIDERS
from store.connections import AuthEntry, Connection
from tests.console.support import rules_of

PUBLIC = "https://h.example"
HMAC = AuthEntry(scheme="hmac", secret="s")
TOKEN = AuthEntry(scheme="path_token", secret="t0ken-of-the-desk")
NOTHING = Wanted({})


def desk(*auth: AuthEntry, provider: str = "flireo", **more: Any) -> Connection:
    return Connection(name="desk", provider=provider, auth=auth or (HMAC,), **more)


def hook(url: str, **more: Any) -> Hook:
    return Hook("assistant Day", "webhook_url", url, **more)


def told(
    *hooks: Hook, connection: Connection | None = None, public: str = PUBLIC, wanted: Wanted = NOTHING
) -> list[Finding]:
    settings = Settings(hooks, "the account's counts", frozenset({"tool-calls", "status-update"}))
    return list(hook_findings(settings, Ours(connection or desk(), public, {"desk", "other"}), wanted))


def test_what_leads_here_is_well() -> None:
    (found,) = told(hook(f"{PUBLIC}/hooks/desk"), hook("https://crm.example/x"))
    assert (found.level, found.text) == ("ok", "posting here: assistant Day")


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://old.example/hooks/desk", "leads to https://old.example, and HOOKSWITCH_PUBLIC_URL is https://h.example"),
        ("http://h.example/hooks/desk", "leads to http://h.example, and"),
        (f"{PUBLIC}/hooks/dusk", 'leads to "dusk", which is no connection'),
        (f"{PUBLIC}/webhook", "leads to this host and to no connection"),
        (f"{PUBLIC}/hooks/desk/context", "leads to its door for context, not to the connection itself"),
        (f"{PUBLIC}/hooks/desk/a/b/c", "leads to a path of the connection that there is not"),
    ],
)  # fmt: skip
def test_what_leads_astray_says_where_and_what_to_set(url: str, text: str) -> None:
    (found,) = told(hook(url))
    assert (found.level, found.advice) == ("warning", f"set it to {PUBLIC}/hooks/desk")
    assert found.text.startswith(f"webhook_url of assistant Day {text}")


def test_without_a_public_url_hosts_are_not_compared() -> None:
    assert [found.level for found in told(hook("https://any.example/hooks/desk"), public="")] == ["ok"]
    (found,) = told(hook("https://any.example/x"), public="")
    assert found.advice.endswith("set the webhook to https://YOUR-HOST/hooks/desk")


def test_a_token_is_asked_for_where_nothing_else_proves_and_never_shown() -> None:
    tokened = desk(TOKEN, HMAC, provider="fluents")
    (none,) = told(hook(f"{PUBLIC}/hooks/desk", unsigned=True), connection=tokened)
    assert "has no path token: everything is refused with 401" in none.text
    assert none.advice == f"set it to {PUBLIC}/hooks/desk/TOKEN"
    (wrong,) = told(hook(f"{PUBLIC}/hooks/desk/an-older-one", unsigned=True), connection=tokened)
    assert "none of the connection's" in wrong.text
    assert "an-older-one" not in repr(wrong)
    assert "t0ken" not in repr(wrong)
    (right,) = told(hook(f"{PUBLIC}/hooks/desk/t0ken-of-the-desk", unsigned=True), connection=tokened)
    (signed,) = told(hook(f"{PUBLIC}/hooks/desk"), connection=tokened)
    unknown = tokened.model_copy(update={"missing": ("DESK_TOKEN",)})
    (unsure,) = told(hook(f"{PUBLIC}/hooks/desk/an-older-one", unsigned=True), connection=unknown)
    assert [right.level, signed.level, unsure.level] == ["ok", "ok", "ok"]


def test_an_account_of_which_nothing_leads_here_says_what_to_set() -> None:
    (none,) = told(hook(""))
    assert (none.level, none.text) == ("ok", f"none is written; the account's counts. It should be {PUBLIC}/hooks/desk")
    (away,) = told(hook("https://crm.example/secret?key=1"))
    assert (away.level, away.text) == ("warning", "none posts here; assistant Day: to crm.example")
    (shared,) = told(hook(f"{PUBLIC}/hooks/other"))
    assert (shared.level, shared.text) == ("ok", "none posts here, other connections have assistant Day")


def test_events_that_rules_need_and_the_platform_does_not_send(tmp_path: Path) -> None:
    text = "description: x\non: {kind}\nsteps: [{{action: log, with: {{message: x}}}}]\n"
    rules = rules_of(
        tmp_path / "rules", tools=text.format(kind="tool-calls"), status=text.format(kind="status-update"),
        off="enabled: false\n" + text.format(kind="end-of-call-report"),
    )  # fmt: skip
    wanted = Wanted.by(rules, desk(), PROVIDERS["flireo"].kinds)
    here = f"{PUBLIC}/hooks/desk"
    partly = hook(here, events=frozenset({"status-update"}), subscribed="webhook_events")
    lacking, fine = told(partly, wanted=wanted)
    assert lacking.text == "webhook_events of assistant Day leaves out tool-calls, which rules listen to"
    assert (lacking.level, lacking.advice, fine.level) == ("warning", "add tool-calls to webhook_events", "ok")
    assert [found.level for found in told(hook(here), wanted=wanted)] == ["ok"]


def test_of_several_names_one_is_enough_and_reports_that_are_fetched_need_the_end(tmp_path: Path) -> None:
    report = "description: x\non: end-of-call-report\nsteps: [{action: log, with: {message: x}}]\n"
    rules = rules_of(tmp_path / "rules", report=report)
    wanted = Wanted.by(rules, desk(provider="fluents"), PROVIDERS["fluents"].kinds)
    every = frozenset(PROVIDERS["fluents"].kinds)
    assert "call-ended" in wanted.missing({"event_message"}, every)
    assert "call-ended" not in wanted.missing({"event_phone_call_ended"}, every)
    assert wanted.missing({"event_message"}, frozenset()) == {}


def test_what_nobody_uses_sends_nothing() -> None:
    idle, _ = told(hook(f"{PUBLIC}/hooks/desk", idle="no agent has it"))
    assert (idle.level, "no agent has it" in idle.text) == ("warning", True)
