"""Compares what a case expected with what happened; each difference is one readable line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.engine.caseplayer import Call
from rules.engine.plain import to_json, to_plain
from rules.engine.played import Played

_ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise than expected."""

    where: str
    """Such as `outcome`, `answer.result` or `calls[0].with.query.phone`."""
    wanted: str
    got: str

    @property
    def text(self) -> str:
        """One line."""
        return f"{self.where}: wanted {self.wanted}, got {self.got}"


def compare(
    expect: Mapping[str, Any],
    played: Played,
    calls: Sequence[Call],
    late: bool,
    meanwhile: Mapping[str, Any] | None,
) -> Iterator[Difference]:
    """All differences, in the order of the file. What is not expected is not compared."""
    got = {
        "outcome": played.outcome,
        "stopped_at": played.stopped_at,
        "answer": played.answer,
        "late": late,
        "meanwhile": meanwhile,
        "steps": {step.key: step.outcome for step in played.steps},
    }
    for key, wanted in expect.items():
        if key == "calls":
            yield from _calls(wanted, calls)
        elif key == "error":
            yield from _error(str(wanted), played.error)
        elif key == "stopped_at":
            yield from _place(wanted, played.stopped_at)
        elif key == "steps":
            yield from _part(wanted, got["steps"], "steps")
        elif key in got:
            yield from _exact(wanted, to_plain(got[key]), key)


def _error(wanted: str, got: str) -> Iterator[Difference]:
    if wanted not in got or (got and not wanted):
        yield Difference("error", f"one with {to_json(wanted)}", to_json(got))


def _place(wanted: Any, got: str | None) -> Iterator[Difference]:
    """A rule whose `if` is one expression stops at `if`, which is also `if[0]`."""
    if wanted != got and not (wanted == "if" and got == "if[0]"):
        yield Difference("stopped_at", _shown(wanted), _shown(got))


def _exact(wanted: Any, got: Any, where: str) -> Iterator[Difference]:
    """Everything must be equal; maps and lists are compared inside, so that the line names the field."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        for key in [*wanted, *(key for key in got if key not in wanted)]:
            yield from _exact(wanted.get(key, _ABSENT), got.get(key, _ABSENT), f"{where}.{key}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for place, (left, right) in enumerate(zip(wanted, got, strict=True)):
            yield from _exact(left, right, f"{where}[{place}]")
    elif wanted is not got and (wanted != got or isinstance(wanted, bool) != isinstance(got, bool)):
        yield Difference(where, _shown(wanted), _shown(got))


def _part(wanted: Any, got: Any, where: str) -> Iterator[Difference]:
    """Maps may hold more than is wanted; everything else must be equal."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        for key, value in wanted.items():
            yield from _part(value, got.get(key, _ABSENT), f"{where}.{key}")
    else:
        yield from _exact(wanted, got, where)


def _shown(value: Any) -> str:
    return "nothing" if value is _ABSENT or value is None else to_json(value)


def _calls(wanted: Any, calls: Sequence[Call]) -> Iterator[Difference]:
    """The wanted calls must come in this order, others may stand between; an empty list wants none at all."""
    made = [_as_map(call) for call in calls]
    listed = wanted if isinstance(wanted, list) else [wanted]
    if not listed and made:
        yield Difference("calls", "none", ", ".join(call["step"] for call in made))
    position = 0
    for place, call in enumerate(listed):
        where = f"calls[{place}]"
        same = [at for at in range(position, len(made)) if made[at]["step"] == call.get("step", made[at]["step"])]
        fitting = [at for at in same if not list(_part(call, made[at], where))]
        if fitting:
            position = fitting[0] + 1
        elif same:
            yield from _part(call, made[same[0]], where)
            position = same[0] + 1
        else:
            steps = ", ".join(call["step"] for call in made[position:]) or "no call"
            yield Difference(where, _shown(call), steps)


def _as_map(call: Call) -> dict[str, Any]:
    index = {} if call.index is None else {"index": call.index}
    return {"step": call.step, "action": call.action, "with": to_plain(call.with_), **index}
