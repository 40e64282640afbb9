"""`hookswitch schedules`: when each rule runs by itself, when it last did, and what it missed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from console.cli.output import data, json_option, listing, print_json, show_whole, talk
from console.cli.rulefiles import connections_option, rules_in_force, rules_option
from console.cli.storage import data_dir_option, with_store
from console.inforce import held_out
from console.past.tracebook import moment as iso
from rules.engine.playing.cron import next_due
from rules.engine.rule import Rule, Schedule
from store.client import Store
from store.pauses import Pause, covering
from store.roster import Note
from store.schedules import Pointer
from workers.schedule import moment, only_connection

Record = dict[str, Any]

_NOBODY = "no worker is running; start `hookswitch work`"


@click.command()
@rules_option
@connections_option
@json_option
@data_dir_option
def schedules(rules: Path, connections: Path | None, as_json: bool, data_dir: Path) -> None:
    """List the rules that run by a schedule: when they are due next, what was fired last, and what was skipped."""
    in_force = rules_in_force(rules, connections, data_dir)

    async def read(store: Store) -> tuple[dict[str, Pointer], Mapping[str, Pause], dict[str, Note], int]:
        pointers, pauses = await store.schedules.all(), await store.pauses.all()
        return pointers, pauses, await store.roster.all(), await store.schedules.now_ms()

    pointers, pauses, notes, now_ms = with_store(data_dir, read)
    told = [
        schedule_record(rule, rule.schedule, pointers.get(rule.name), pauses, moment(now_ms), notes)
        for rule in sorted(in_force, key=lambda rule: rule.name)
        if rule.schedule
    ]
    if as_json:
        print_json(told)
    elif told:
        show_whole(data(), listing([_row(each) for each in told]))
        for each in told:
            if each["why"]:
                talk().print(f"{each['rule']} is {each['state']}: {each['why']}", markup=False)
    else:
        talk().print(f"no rule in {rules} has a schedule; `hookswitch new rule NAME --on schedule` writes one")


def schedule_record(
    rule: Rule, schedule: Schedule, pointer: Pointer | None, pauses: Mapping[str, Pause], now: datetime,
    notes: Mapping[str, Note],
) -> Record:  # fmt: skip
    """One schedule as programs read it; moments are ISO 8601, None where there is none."""
    due = next_due(schedule, now) if rule.enabled else None
    paused = covering(pauses, rule.name, only_connection(rule)) is not None
    known = pointer is not None and pointer.identity == schedule.identity
    held = held_out(rule.name, notes)
    state = _state(rule, known=known, paused=paused, held=bool(held))
    return {
        "rule": rule.name,
        "file": rule.path,
        "cron": schedule.cron,
        "timezone": schedule.timezone,
        "catch_up": schedule.catch_up,
        "state": state,
        "why": {"not in force": held, "not begun": "" if notes else _NOBODY}.get(state, ""),
        "next_due": due and due.isoformat(timespec="seconds"),
        "next_due_local": due and due.astimezone(ZoneInfo(schedule.timezone)).isoformat(timespec="seconds"),
    } | _past(pointer or Pointer("", 0))


def _past(pointer: Pointer) -> Record:
    return {
        "last_fired": {"due": iso(pointer.fired_ms), "event": pointer.event_id} if pointer.event_id else None,
        "skipped": pointer.skipped,
        "last_skipped": iso(pointer.skipped_ms) if pointer.skipped else None,
    }


def _state(rule: Rule, *, known: bool, paused: bool, held: bool) -> str:
    if held:
        return "not in force"
    if not rule.enabled or paused:
        return "paused" if rule.enabled else "disabled"
    if not known:
        return "not begun"
    return "shadow" if rule.shadow else "on"


def _row(record: Record) -> dict[str, str]:
    fired = record["last_fired"]
    skipped = f"{record['skipped']}, last {_short(record['last_skipped'])}" if record["skipped"] else ""
    return {
        "rule": record["rule"],
        "cron": record["cron"],
        "timezone": record["timezone"],
        "state": record["state"],
        "next due": _short(record["next_due_local"]),
        "UTC": _short(record["next_due"]),
        "last fired (UTC)": _short(fired["due"]) if fired else "",
        "event": fired["event"] if fired else "",
        "skipped (UTC)": skipped,
    }


def _short(text: str | None) -> str:
    return text[:16].replace("T", " ") if text else ""
