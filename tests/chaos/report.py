"""The table and the failures of one bad day, as text. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tests.chaos.judge import Failure, excused
from tests.chaos.ledger import Heard, Ledger, Sent, Stored
from tests.chaos.scene import EXPECTED
from tests.chaos.traffic import MIX

SHOWN = 40
"""How many failures are told in full."""
COLUMNS = (
    "sent", "copies", "acknowledged", "refused", "stored", "decided", "dead",
    "effects", "expected", "repeated",
    "in time", "late", "none", "excused", "by rule", "meanwhile", "fallback", "unstored", "p50 ms", "p99 ms", "max ms",
)  # fmt: skip


def table(ledger: Ledger) -> str:
    """One column for each kind of event, one line for each count."""
    kinds = [*MIX, "emitted"]
    counts = {kind: _counts(ledger, kind) for kind in kinds}
    head = f"{'':<14}" + "".join(f"{kind:>20}" for kind in kinds)
    lines = [f"{name:<14}" + "".join(f"{counts[kind].get(name, ''):>20}" for kind in kinds) for name in COLUMNS]
    return "\n".join([head, *lines, *_rest(ledger)])


def _counts(ledger: Ledger, kind: str) -> dict[str, int]:
    sent = [each for each in ledger.sent if each.delivery.kind == kind]
    stored = [each for each in ledger.stored if each.kind == kind]
    told = {
        "stored": len(stored),
        "decided": sum(each.status in ("done", "dead") for each in stored),
        "dead": sum(each.status == "dead" for each in stored),
        **_effects(ledger, stored),
    }
    if kind == "emitted":
        return told
    heard = [each for one in sent for each in one.heard]
    told |= {
        "sent": len(sent),
        "copies": len(heard),
        "acknowledged": sum(bool(one.acknowledged) for one in sent),
        "refused": sum(not one.acknowledged for one in sent),
    }
    return told | (_waiting(ledger, sent, heard) if sent and sent[0].delivery.waits else {})


def _effects(ledger: Ledger, stored: Sequence[Stored]) -> dict[str, int]:
    ids = {each.event_id for each in stored}
    keys = Counter(effect.key for effect in ledger.effects if effect.event_id in ids)
    expected = sum(
        sum(rule.effects.values())
        for event in stored
        for name, rule in EXPECTED.get((event.kind, event.generation), {}).items()
        if name in event.runs and event.runs[name].outcome == "ran"
    )
    return {"effects": len(keys), "expected": expected, "repeated": keys.total() - len(keys)}


def _waiting(ledger: Ledger, sent: Sequence[Sent], heard: Sequence[Heard]) -> dict[str, int]:
    told = Counter(_fate(ledger, one, each) for one in sent if not one.delivery.hangs_up for each in one.heard)
    said = Counter(each.said for each in heard)
    took = sorted(each.took * 1000 for each in heard if each.said in ("rule", "meanwhile", "fallback"))
    return {
        **{name: told[name] for name in ("in time", "late", "none", "excused")},
        "by rule": said["rule"], "meanwhile": said["meanwhile"], "fallback": said["fallback"],
        "unstored": sum(not each.stored for each in heard),
        "p50 ms": _share(took, 0.5), "p99 ms": _share(took, 0.99), "max ms": _share(took, 1.0),
    }  # fmt: skip


def _fate(ledger: Ledger, sent: Sent, heard: Heard) -> str:
    answered = heard.said in ("rule", "meanwhile", "fallback")
    if answered and heard.took <= sent.delivery.patience:
        return "in time"
    if excused(ledger, heard):
        return "excused"
    return "late" if answered else "none"


def _share(values: Sequence[float], share: float) -> int:
    return round(values[min(len(values) - 1, int(share * len(values)))]) if values else 0


def _rest(ledger: Ledger) -> Iterator[str]:
    late = sum(event.late_cells for event in ledger.stored)
    injected = sum(effect.step == "inject" for effect in ledger.effects)
    yield f"late answers {late}, injected {injected}"
    yield f"the sender itself stood still for {ledger.worst_stall * 1000:.0f} ms at the most"
    reasons = Counter(_general(reason) for reason in ledger.letters.values())
    yield f"dead letters {len(ledger.letters)}"
    for reason, count in reasons.most_common():
        yield f"  {count:>5}  {reason}"


def _general(reason: str) -> str:
    return " ".join(word if not any(letter.isdigit() for letter in word) else "N" for word in reason.split())


def verdict(failures: Sequence[Failure]) -> str:
    """How many of each kind, and the first of them with what they are about."""
    if not failures:
        return "nothing was lost, nothing was done twice, everybody was answered"
    by_kind: defaultdict[str, int] = defaultdict(int)
    for failure in failures:
        by_kind[failure.kind] += 1
    heads = ", ".join(f"{kind} {count}" for kind, count in by_kind.items())
    more = [f"... and {len(failures) - SHOWN} more"] if len(failures) > SHOWN else []
    return "\n".join([f"FAILED: {heads}", *(f"  {failure}" for failure in failures[:SHOWN]), *more])
