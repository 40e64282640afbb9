"""What counts as a failure, exactly. Pure: a ledger goes in, failures come out.

- *lost*: some copy of a delivery was acknowledged, and no event of it is stored.
- *doubled*: a delivery that can be known again became more than one event.
- *undecided*: a stored event is neither done nor dead.
- *unexplained*: a rule that acts on the event has no record, or one that ends in nothing we know.
- *incomplete*: a rule ran to its end, and a step of it is not done or its effect was not seen.
- *unfollowed*: a step that emits is done and its event is not stored, or it led to more than one.
- *repeated*: one operation (event, rule, step, item: its Idempotency-Key) had more effects than the journal has tries
  whose end nobody knew, plus the one that is known to have happened; or a step was tried again after a try that is
  known to have happened; or a step that must be parked in doubt happened twice; or one step and item used two keys.
- *unowned*: an effect of an event that is not stored.
- *miscounted*: memory counts something else than one for each event whose run counts its caller, once all are decided;
  or the store counts work of an event that is over.
- *unanswered*: whoever waited got nothing well-formed before the platform's own deadline, although the receiver was
  neither dead nor frozen at any moment in between and the platform did not hang up. A receiver that is told to stop
  answers those first who had asked before. Time in which the sender itself stood still does not count.
- *malformed*: the platform could not have read an answer, or it is another caller's.
- *unrecorded*: a platform heard a rule's answer, and no cell of its event says so.
- *silent*: an answer was late or never left, and nothing says what was done with it.
- *dead letter*: one whose reason is none that these faults can lead to, or a failed run without one, or one that its
  event knows nothing of.
- *left over*: something is still queued, open, unsent or spooled.
- *died*: a process ended by itself.
- *complained*: a log holds an error, or a line that is no record, which these faults do not explain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.chaos.ledger import Effect, Heard, Ledger, Run, Sent, Step, Stored
from tests.chaos.scene import EXPECTED, Expected

NATURAL_REASONS = re.compile(r"in doubt: |.*\(no time left for another try\)$|.*\(after \d+ tries\)$")
"""Why a run may be given up on a bad day: all else is a bug of ours, and its reason says so."""


@dataclass(frozen=True)
class Failure:
    """One broken promise, and whose."""

    kind: str
    who: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.who}: {self.text}"


def judge(ledger: Ledger) -> list[Failure]:
    """Everything that went wrong, in the order of the list above."""
    return [
        *_deliveries(ledger), *_events(ledger), *_followed(ledger), *_unowned(ledger), *_counts(ledger),
        *_letters(ledger),
        *(Failure("left over", place, f"{count}") for place, count in ledger.left.items() if count),
        *(Failure("died", name, "ended by itself") for name in ledger.deaths),
        *(Failure("complained", what, f"{count} times") for what, count in ledger.complaints.items()),
    ]  # fmt: skip


def _deliveries(ledger: Ledger) -> Iterator[Failure]:
    stored = ledger.stored_by_marker()
    for sent in ledger.sent:
        delivery, events = sent.delivery, stored.get(sent.delivery.marker, [])
        who = f"{delivery.kind} {delivery.generation} {delivery.marker}"
        if sent.acknowledged and not events:
            yield Failure("lost", who, f"acknowledged as {sent.acknowledged[0].event_id}, and no event is stored")
        if delivery.is_known_again and len(events) > 1:
            yield Failure("doubled", who, f"stored as {', '.join(event.event_id for event in events)}")
        if any(heard.said == "rule" for heard in sent.heard) and not any("rule" in event.said for event in events):
            yield Failure("unrecorded", who, "a rule's answer was heard")
        for heard in sent.heard:
            yield from _answer(ledger, sent, heard, who)


def _answer(ledger: Ledger, sent: Sent, heard: Heard, who: str) -> Iterator[Failure]:
    if heard.said == "malformed":
        yield Failure("malformed", who, f"{heard.receiver} said: {heard.problem}")
    if not sent.delivery.waits or sent.delivery.hangs_up or excused(ledger, heard):
        return
    if heard.said in ("none", "refused"):
        yield Failure("unanswered", who, f"{heard.receiver} at {heard.began:.2f} s, {heard.problem or heard.status}")
    elif heard.took > sent.delivery.patience:
        yield Failure("unanswered", who, f"{heard.receiver} at {heard.began:.2f} s took {heard.took:.2f} s")


def excused(ledger: Ledger, heard: Heard) -> bool:
    """Whether the receiver could not possibly answer during some of the time."""
    return any(outage.excuses(heard) for outage in ledger.outages)


def _events(ledger: Ledger) -> Iterator[Failure]:
    effects = ledger.effects_by_step()
    for event in ledger.stored:
        who = f"{event.kind} {event.event_id} {event.marker}"
        if event.status not in ("done", "dead"):
            yield Failure("undecided", who, f"its status is {event.status}")
            continue
        if event.pending:
            yield Failure("miscounted", who, f"{event.pending} pieces of work are pending")
        for rule, expected in EXPECTED.get((event.kind, event.generation), {}).items():
            yield from _run(event.runs.get(rule), rule, expected, event.status, who)
            for step in expected.effects:
                yield from _repeated(event, rule, step, effects.get((event.event_id, step), []), expected, who)
            for step, wanted in expected.effects.items():
                seen = {effect.key for effect in effects.get((event.event_id, step), [])}
                if _ran(event, rule) and len(seen) < wanted:
                    yield Failure("incomplete", who, f"{rule}: {step} had {len(seen)} of {wanted} effects")
        if event.late_cells and not any(run.late for run in event.runs.values()):
            yield Failure("silent", who, "an answer was late or never left, and nothing says what was done with it")


def _ran(event: Stored, rule: str) -> bool:
    return rule in event.runs and event.runs[rule].outcome == "ran"


def _run(run: Run | None, rule: str, expected: Expected, status: str, who: str) -> Iterator[Failure]:
    if run is None:
        yield Failure("unexplained", who, f"nothing says what {rule} did")
    elif run.outcome == "ran":
        unfinished = {step.key for step in run.steps.values() if step.state != "done" and step.key != "late"}
        unfinished |= expected.steps - {key.partition("#")[0] for key in run.steps}
        if unfinished:
            yield Failure("incomplete", who, f"{rule} ran, and {', '.join(sorted(unfinished))} is not done")
    elif run.outcome == "failed":
        if run.letter is None:
            yield Failure("dead letter", who, f"{rule} failed, and there is no dead letter")
        elif status != "dead":
            yield Failure("dead letter", who, f"{rule} failed, and the event counts as {status}")
    elif not (run.outcome == "paused" and expected.answers):
        yield Failure("unexplained", who, f"{rule} ended as {run.outcome}")


def _repeated(
    event: Stored, rule: str, step: str, effects: Sequence[Effect], expected: Expected, who: str
) -> Iterator[Failure]:
    run = event.runs.get(rule)
    items = [each for each in run.steps.values() if each.key.partition("#")[0] == step] if run else []
    allowed = sum(_allowed(each, step in expected.parks) for each in items)
    keys = Counter(effect.key for effect in effects)
    if len(keys) > max(1, len(items)):
        yield Failure("repeated", who, f"{step} used {len(keys)} keys for {len(items)} operations")
    if len(effects) > allowed:
        yield Failure("repeated", who, f"{step} had {len(effects)} effects, its journal accounts for {allowed}")
    for each in items:
        if any(attempt.happened for attempt in each.attempts[:-1]):
            yield Failure("repeated", who, f"{each.key} was tried again after a try that is known to have happened")


def _allowed(step: Step, parks: bool) -> int:
    """How many effects the journal of one operation accounts for."""
    if parks:
        return 1
    return sum(attempt.may_have_happened or attempt.happened for attempt in step.attempts)


def _followed(ledger: Ledger) -> Iterator[Failure]:
    followed = Counter(event.marker for event in ledger.stored if event.kind == "emitted")
    emits = {event.marker: run.steps["told"] for event, run in _runs(ledger) if "told" in run.steps}
    for marker, count in followed.items():
        if count > 1 or marker not in emits:
            yield Failure("unfollowed", marker, f"{count} events were emitted")
    for marker, step in emits.items():
        if step.state == "done" and marker not in followed:
            yield Failure("unfollowed", marker, "the event that was emitted is not stored")


def _runs(ledger: Ledger) -> Iterator[tuple[Stored, Run]]:
    for event in ledger.stored:
        for run in event.runs.values():
            yield event, run


def _unowned(ledger: Ledger) -> Iterator[Failure]:
    known = {event.event_id for event in ledger.stored}
    for effect in ledger.effects:
        if effect.step != "inject" and effect.event_id not in known:
            yield Failure("unowned", effect.marker, f"{effect.step} for {effect.event_id}, which is not stored")
    injected = Counter(effect.marker for effect in ledger.effects if effect.step == "inject")
    for marker, count in injected.items():
        if count > 1:
            yield Failure("repeated", marker, f"a late answer was injected {count} times")


def _counts(ledger: Ledger) -> Iterator[Failure]:
    least: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for event, run in _runs(ledger):
        if "count" in run.steps:
            least[event.marker] += run.steps["count"].state == "done"
            most[event.marker] += 1
    undecided = {event.marker for event in ledger.stored if event.status not in ("done", "dead")}
    for marker in sorted((set(most) | set(ledger.counted)) - undecided):
        counted = ledger.counted.get(marker, 0)
        if not least[marker] <= counted <= most[marker]:
            yield Failure("miscounted", marker, f"memory says {counted:g}, {least[marker]} runs have counted")


def _letters(ledger: Ledger) -> Iterator[Failure]:
    for letter, reason in ledger.letters.items():
        if not NATURAL_REASONS.match(reason):
            yield Failure("dead letter", letter, reason)
