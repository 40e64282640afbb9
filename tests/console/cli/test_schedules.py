from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.cli.schedules import schedule_record
from store.client import Store
from store.event import Event
from store.events import Acceptance
from store.roster import Note
from store.schedules import Pointer, firing_id
from tests.console.conftest import Cli
from tests.console.recorded import in_store
from tests.console.support import rules_of

NIGHT = """
description: One.
on: { schedule: { cron: "30 2 * * *", timezone: Europe/Amsterdam, catch_up: once } }
steps: [{ action: log, with: { message: x } }]
"""
IDENTITY = "30 2 * * * Europe/Amsterdam"
DUE = 1_772_415_000_000
"""2026-03-02 02:30 in Amsterdam."""


@pytest.fixture
def folder(tmp_path: Path) -> str:
    rules_of(tmp_path / "rules", night=NIGHT, report=NIGHT.replace("30 2", "0 7") + "enabled: false\n")
    rules_of(tmp_path / "rules", other="description: x\non: manual\nsteps: [{ action: log, with: { message: x } }]\n")
    return str(tmp_path / "rules")


async def fired(store: Store) -> str:
    """A schedule that skipped two moments and then fired."""
    await store.schedules.begin("night", IDENTITY, 5)
    event = Event(id=firing_id("night", DUE), kind="schedule", name="night")
    firing = Acceptance(event, b"{}")
    await store.schedules.move("night", Pointer(IDENTITY, 5), DUE, skipped=[7, DUE - 86_400_000], firing=firing)
    return event.id


def test_for_programs(cli: Cli, url: str, folder: str) -> None:
    event_id = in_store(url, fired)
    told: list[dict[str, Any]] = json.loads(cli("schedules", "--rules", folder, "--json").stdout)
    night, report = told
    assert (night["rule"], night["cron"], night["timezone"]) == ("night", "30 2 * * *", "Europe/Amsterdam")
    assert night["last_fired"] == {"due": "2026-03-02T01:30:00.000+00:00", "event": event_id}
    assert (night["skipped"], night["last_skipped"]) == (2, "2026-03-01T01:30:00.000+00:00")
    assert (night["state"], night["catch_up"]) == ("on", "once")
    local, utc = (datetime.fromisoformat(night[name]) for name in ("next_due_local", "next_due"))
    assert local == utc
    assert utc.utcoffset() == timedelta(0)
    assert datetime.now(UTC) < utc < datetime.now(UTC) + timedelta(days=1, hours=1)
    assert f"{local:%M}" in ("30", "00")
    assert (report["state"], report["next_due"], report["last_fired"]) == ("disabled", None, None)


def test_for_people(cli: Cli, url: str, folder: str) -> None:
    event_id = in_store(url, fired)
    done = cli("schedules", "--rules", folder)
    assert done.exit_code == 0
    line = next(line for line in done.stdout.splitlines() if line.startswith("night"))
    assert all(part in line for part in ("30 2 * * *", "Europe/Amsterdam", "2026-03-02 01:30", event_id))
    assert "2, last 2026-03-01 01:30" in line
    assert "other" not in done.stdout


def test_none(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = cli("schedules", "--rules", str(tmp_path / "empty"))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no rule in" in done.stderr
    assert cli("schedules", "--rules", str(tmp_path / "empty"), "--json").stdout == "[]\n"


def test_the_next_moment_is_told_in_both_clocks(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path / "rules", night=NIGHT)
    assert rule.schedule
    before = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Amsterdam"))
    record = schedule_record(rule, rule.schedule, None, {}, before, {})
    assert record["next_due_local"] == "2026-03-29T03:00:00+02:00"
    assert record["next_due"] == "2026-03-29T01:00:00+00:00"
    assert (record["state"], record["why"]) == ("not begun", "no worker is running; start `hookswitch work`")


def test_a_rule_that_workers_hold_out_says_why(cli: Cli, url: str, folder: str) -> None:
    why = "rules/live/night.yaml:3:5 night: unknown secret [crm]"

    async def put(store: Store) -> None:
        await fired(store)
        await store.roster.write("w", Note(frozenset({"report"}), {"night": why}))

    in_store(url, put)
    night, report = json.loads(cli("schedules", "--rules", folder, "--json").stdout)
    assert (night["state"], night["why"]) == ("not in force", why)
    assert (report["state"], report["why"]) == ("disabled", "")
    done = cli("schedules", "--rules", folder)
    assert f"night is not in force: {why}\n" in done.stderr
    assert "report is" not in done.stderr
    in_store(url, lambda store: store.roster.write("w2", Note(frozenset({"night"}))))
    (night, _) = json.loads(cli("schedules", "--rules", folder, "--json").stdout)
    assert (night["state"], night["why"]) == ("on", "")


def test_a_pointer_of_another_line_is_not_this_ones(tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path / "rules", night=NIGHT + "mode: shadow\n")
    assert rule.schedule
    now = datetime(2026, 3, 28, tzinfo=UTC)
    assert schedule_record(rule, rule.schedule, Pointer("0 1 * * * UTC", 5), {}, now, {})["state"] == "not begun"
    assert schedule_record(rule, rule.schedule, Pointer(IDENTITY, 5), {}, now, {})["state"] == "shadow"


@pytest.mark.parametrize(("scope", "state"), [("rule:night", "paused"), ("all", "paused"), ("rule:other", "on")])
def test_a_pause_is_told(cli: Cli, url: str, folder: str, scope: str, state: str) -> None:
    async def put(store: Store) -> None:
        await fired(store)
        await store.pauses.begin(scope, "ops")

    in_store(url, put)
    night, report = json.loads(cli("schedules", "--rules", folder, "--json").stdout)
    assert (night["state"], report["state"]) == (state, "disabled")
