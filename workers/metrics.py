"""The metrics of a worker: what became of jobs, rules, actions and outgoing calls, and which rules are in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from rules.engine.rule import Rule
from store.connections import Connection
from store.event import KINDS
from store.gauges import StoreGauges
from store.metrics import ACK_SECONDS, OTHER, WORK_SECONDS, Count, Sheet, Spread, build_sheet, registry_of
from store.queue import LEASE_MS
from store.runs import Claim
from workers.observer import Observer

if TYPE_CHECKING:
    from workers.desk import Work
    from workers.rulebook import RuleBook
    from workers.tracing import TraceRecord
    from workers.worker import LeasedWorker

ACTED = frozenset({"ran", "failed"})
"""Outcomes of rules that did something."""
HOW_JOBS_END = ("done", "failed", "returned", "lost", "dead")
STATUSES = ("2xx", "3xx", "401", "403", "404", "409", "422", "429", "4xx", "5xx", "none")
"""How outgoing calls end, as far as they are told apart; `none` is without an answer."""


class WorkerMetrics(Observer):
    """Counts while jobs run; looks at the rest when somebody asks."""

    def __init__(self, store: StoreGauges) -> None:
        self._store = store
        self.sheet = sheet = Sheet()
        self._of_jobs(sheet)
        self._of_rules(sheet)
        self._of_actions(sheet)

    def _of_jobs(self, sheet: Sheet) -> None:
        self.pickup = sheet.spread(
            "hookswitch_pickup_seconds", "how long a job was due when it was taken up", "lane", buckets=WORK_SECONDS
        )
        self.jobs = sheet.count("hookswitch_jobs_total", f"jobs: {', '.join(HOW_JOBS_END)}", "lane", "outcome")
        self.slots = sheet.level("hookswitch_slots", "jobs this worker does at once", "lane")
        self.busy = sheet.level("hookswitch_slots_busy", "jobs in work in this process", "lane")
        self.handled_events = sheet.count(
            "hookswitch_handled_total", "events worked off, runs that went on later included",
            "connection", "provider", "kind",
        )  # fmt: skip
        for lane in LEASE_MS:
            for how in HOW_JOBS_END:
                self.jobs.begin(lane, how)

    def _of_rules(self, sheet: Sheet) -> None:
        self.outcomes = sheet.count("hookswitch_rule_outcomes_total", "what became of rules", "rule", "outcome")
        self.rule = sheet.spread(
            "hookswitch_rule_seconds", "from storing an event until a rule that acted on it was through; "
            "without the lane bulk", "rule", buckets=WORK_SECONDS,
        )  # fmt: skip
        self.dead = sheet.count("hookswitch_dead_letters_total", "runs that became dead letters", "rule")
        self.late_answers = sheet.count(
            "hookswitch_late_answers_total", "answers that missed the deadline: done (put into the call), failed, "
            "skipped, dropped", "outcome",
        )  # fmt: skip
        self.in_force = sheet.level("hookswitch_rules_in_force", "rules this worker has in force")
        self.held_out = sheet.level("hookswitch_rules_held_out", "files of rules this worker refuses as they are now")
        self.followed = sheet.level("hookswitch_rules_followed", "1 while the rules folder is watched, else 0")

    def _of_actions(self, sheet: Sheet) -> None:
        self.tries = sheet.count(
            "hookswitch_attempts_total", "attempts of steps: done, or the kind of error", "action", "outcome"
        )
        self.attempt = sheet.spread(
            "hookswitch_attempt_seconds", "how long an attempt took", "action", buckets=WORK_SECONDS
        )
        self.actions = sheet.count(
            "hookswitch_actions_total", "steps that are over: done, failed, skipped", "action", "outcome"
        )
        self.to_action = sheet.spread(
            "hookswitch_event_to_action_seconds", "from storing an event until a step of its rules is first tried; "
            "without the lane bulk", "action", buckets=WORK_SECONDS,
        )  # fmt: skip
        self.requests = sheet.count(
            "hookswitch_api_requests_total", "outgoing HTTP requests by status; without a connection: to anywhere else",
            "connection", "provider", "status",
        )  # fmt: skip
        self.request = sheet.spread(
            "hookswitch_api_request_seconds", "until an outgoing HTTP request had its answer",
            "connection", "provider", buckets=ACK_SECONDS,
        )  # fmt: skip

    def claimed(self, claim: Claim) -> None:
        self.pickup.observe(max(0, claim.late_ms) / 1000, claim.lane)

    def ended(self, claim: Claim, how: str) -> None:
        self.jobs.add(claim.lane, how)

    def handled(self, work: Work, records: Sequence[TraceRecord]) -> None:
        event = work.event
        self.handled_events.add(event.connection, event.provider, event.kind if event.kind in KINDS else OTHER)
        seconds = max(0.0, work.now_ms() - work.stored.received_ms) / 1000
        for record in records:
            self.outcomes.add(record.rule, record.body["outcome"])
            if record.body["outcome"] in ACTED and work.lease.claim.lane != "bulk":
                self.rule.observe(seconds, record.rule)

    def gave_up(self, rule: str) -> None:
        self.dead.add(rule)

    def tried(self, work: Work, action: str, outcome: str, seconds: float, *, first: bool) -> None:
        self.tries.add(action, outcome)
        if outcome == "held":
            return
        self.attempt.observe(seconds, action)
        if first and work.lease.claim.lane != "bulk":
            since = (work.now_ms() - work.stored.received_ms) / 1000 - seconds
            self.to_action.observe(max(0.0, since), action)

    def stepped(self, action: str, state: str) -> None:
        self.actions.add(action, state)

    def late(self, outcome: str) -> None:
        self.late_answers.add(outcome)

    def called(self, connection: str, provider: str, status: int | None, seconds: float) -> None:
        self.requests.add(connection, provider, told_status(status))
        self.request.observe(seconds, connection, provider)

    async def look(self, worker: LeasedWorker, book: RuleBook) -> None:
        """What is so at this moment."""
        free = worker.room()
        for lane, slots in worker.slots.items():
            self.slots.set(slots, lane)
            self.busy.set(slots - free[lane], lane)
        self._begin(book.rules)
        self.in_force.set(len(book.rules))
        self.held_out.set(len(book.bad_files))
        self.followed.set(book.followed)
        await self._store.look()

    def begin(self, connections: Iterable[Connection]) -> None:
        """What alerts look at is there before anything happens."""
        for connection in connections:
            for status in ("401", "403"):
                self.requests.begin(connection.name, connection.provider, status)

    def _begin(self, rules: Collection[Rule]) -> None:
        for rule in rules:
            self.dead.begin(rule.name)

    @property
    def tallied(self) -> Mapping[str, Count | Spread]:
        """What people see of it in the console, over all processes."""
        return {"rule": self.outcomes, "rule_seconds": self.rule, "api": self.requests}

    @property
    def sheets(self) -> list[Sheet]:
        """Everything a worker shows."""
        return [build_sheet("worker"), self.sheet, self._store.sheet]

    @property
    def registry(self) -> CollectorRegistry:
        """A new registry over it."""
        return registry_of(self.sheets)


def told_status(status: int | None) -> str:
    """An HTTP status as far as it is told apart."""
    if status is None:
        return "none"
    return str(status) if str(status) in STATUSES else f"{status // 100}xx"
