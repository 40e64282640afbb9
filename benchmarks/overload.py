"""Twice as much informational load as can be carried, and a few callers who wait beside it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.client import Order
from benchmarks.contenders import hookswitch
from benchmarks.measure import Row, Scale, Table, percentile, say
from benchmarks.processes import begin, receive, resident_mb, send

WAITING = 5.0
"""Events a second that wait for an answer."""
LOGGING = """\
description: Every report is noted.
on: end-of-call-report
if: report.duration > 10.0
steps: [{ action: log, with: { message: seen } }]
"""


def overload(folder: Path, scale: Scale, backlog_limit: int | None = None) -> Table:
    """One receiver, one worker, `everysec`, one rule for either kind; with a limit of its own, or the usual one."""
    rules = {"answering": hookswitch.ANSWERING, "logging": LOGGING}
    settings = {} if backlog_limit is None else {"HOOKSWITCH_BACKLOG_LIMIT": str(backlog_limit)}
    with hookswitch.contender(folder, "everysec", workers=1, rules=rules, settings=settings) as installation:
        pace = _sustainable(installation, scale)
        say(f"  sustainable: {pace:,.0f} events/s")
        return Table("overload", "Overload: twice the sustainable load", _run(installation, scale, pace))


def _sustainable(installation: hookswitch.Installation, scale: Scale) -> float:
    """Events that are through a second while more come than that."""
    seconds = max(0.5, min(5.0, scale.overload / 4))
    before = installation.handled()
    send(Order(installation.port, seconds=seconds, most=int(10_000 * seconds), prefix="pace"))
    pace = (installation.handled() - before) / seconds
    installation.drain(300)
    return max(pace, 20.0)


def _run(installation: hookswitch.Installation, scale: Scale, pace: float) -> list[Row]:
    before = [resident_mb(installation.receiver), resident_mb(installation.store)]
    handled, seconds = installation.handled(), scale.overload
    load = Order(installation.port, "open", connections=128, seconds=seconds, rate=2 * pace, prefix="over")
    waiting = Order(
        installation.port, "open", "waiting", seconds=seconds, rate=WAITING, prefix="wait", marker=hookswitch.MARKER
    )
    clients = [begin(load), begin(waiting)]
    offered, asked = (receive(client) for client in clients)
    after = [resident_mb(installation.receiver), resident_mb(installation.store)]
    through = installation.handled() - handled
    ok = offered.statuses.get("200", 0)
    return [
        Row("sustainable", "/s", [pace]),
        Row("offered", "/s", [2 * pace]),
        Row("acknowledged", "/s", [ok / offered.seconds]),
        Row("turned away (429 or 503)", "/s", [_turned_away(offered.statuses) / offered.seconds]),
        Row("handled meanwhile", "/s", [through / offered.seconds]),
        Row("answered by their rule in time", "%", [100 * asked.marked / (WAITING * seconds)], asked.failed),
        Row("waiting events, p99", "ms", [percentile(asked.latencies, 0.99)]),
        Row("receiver's memory before", "MB", [before[0]]),
        Row("receiver's memory after", "MB", [after[0]]),
        Row("store's memory before", "MB", [before[1]]),
        Row("store's memory after", "MB", [after[1]]),
    ]


def _turned_away(statuses: dict[str, int]) -> int:
    return statuses.get("429", 0) + statuses.get("503", 0)
