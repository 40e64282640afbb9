"""Compares what a case expected with what happened; each difference is one readable line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.engine.cases.caseplayer import Call
from rules.engine.cases.caseturns import Told
from rules.engine.cases.differences import Difference, exact, of_whole, part, shown
from rules.engine.cases.httpstubs import as_written, pattern_of
from rules.engine.cases.readexpect import NOBODY
from rules.engine.cel.plain import to_json, to_plain
from rules.engine.vocabulary import Asked

_UNHEARD = "does not listen"


def compare(expect: Mapping[str, Any], told: Told) -> Iterator[Difference]:
    """All differences, in the order of the file. What is not expected is not compared."""
    for key, wanted in expect.items():
        yield from _CHECKS[key](wanted, told)


def _outcome(wanted: Any, told: Told) -> Iterator[Difference]:
    yield from exact(wanted, told.played.outcome, "outcome")


def _error(wanted: Any, told: Told) -> Iterator[Difference]:
    got = told.played.error
    if str(wanted) not in got or (got and not wanted):
        yield Difference("error", f"one with {to_json(wanted)}", to_json(got))


def _place(wanted: Any, told: Told) -> Iterator[Difference]:
    """`if` and `if[0]` are the same place, whether the rule writes one expression or a list."""
    got = told.played.stopped_at
    if wanted != got and not {wanted, got} <= {"if", "if[0]"}:
        yield Difference("stopped_at", shown(wanted), shown(got))


def _answer(wanted: Any, told: Told) -> Iterator[Difference]:
    got = to_plain(told.played.answer)
    yield from of_whole(exact(wanted, got, "answer"), "answer", wanted, got)


def _answer_has(wanted: Any, told: Told) -> Iterator[Difference]:
    got = to_plain(told.played.answer)
    yield from of_whole(part(wanted, got, "answer_has"), "answer_has", wanted, got)


def _late(wanted: Any, told: Told) -> Iterator[Difference]:
    yield from exact(wanted, told.late, "late")


def _meanwhile(wanted: Any, told: Told) -> Iterator[Difference]:
    got = to_plain(told.meanwhile)
    yield from of_whole(exact(wanted, got, "meanwhile"), "meanwhile", wanted, got)


def _steps(wanted: Any, told: Told) -> Iterator[Difference]:
    yield from part(wanted, {step.key: step.outcome for step in told.played.steps}, "steps")


def _memory(wanted: Any, told: Told) -> Iterator[Difference]:
    got = to_plain(told.memory)
    yield from of_whole(part(wanted, got, "memory"), "memory", wanted, got)


def _answered_by(wanted: Any, told: Told) -> Iterator[Difference]:
    got = told.answered_by or NOBODY
    if wanted != got:
        yield Difference("answered_by", str(wanted), got)


def _rules(wanted: Any, told: Told) -> Iterator[Difference]:
    got = {played.rule.name: played.outcome for played in told.turns}
    for name, outcome in wanted.items():
        yield from exact(outcome, got.get(name, _UNHEARD), f"rules.{name}")


# --- calls and events: in this order, others may stand between --------------------------------------------------------

Found = Callable[[Any, Any, str], Iterator[Difference]]


def _calls(wanted: Any, told: Told) -> Iterator[Difference]:
    listed = _listed(wanted)
    own = [call for call in told.calls if call.rule == told.played.rule.name]
    if not listed and own:
        yield Difference("calls", "none", ", ".join(call.step for call in own))
    yield from _in_order("calls", listed, _of_rule(listed, told), _call)


def _of_rule(wanted: Sequence[Any], told: Told) -> list[Call]:
    """The calls of this rule, and those of the others that are named."""
    named = {call["rule"] for call in wanted if "rule" in call} | {told.played.rule.name}
    return [call for call in told.calls if call.rule in named]


def _no_calls(wanted: Any, told: Told) -> Iterator[Difference]:
    for place, pattern in enumerate(_listed(wanted)):
        for call in told.calls:
            if _is_about(pattern, call, told) and not list(_call(pattern, call, "")):
                yield Difference(f"no_calls[{place}]", f"no call like {shown(pattern)}", _named(call))


def _is_about(pattern: Mapping[str, Any], call: Call, told: Told) -> bool:
    """A step alone is one of this rule; an action or a request is forbidden to every rule."""
    own = told.played.rule.name if "step" in pattern else call.rule
    return bool(pattern.get("rule", own) == call.rule)


def _call(pattern: Any, call: Call, where: str) -> Iterator[Difference]:
    plain = {name: value for name, value in pattern.items() if name != "request"}
    yield from part(plain, _as_map(call), where)
    if "request" in pattern:
        yield from _request(pattern["request"], call.asked, f"{where}.request")


def _request(pattern: Mapping[str, Any], asked: Asked | None, where: str) -> Iterator[Difference]:
    if asked is None:
        yield Difference(where, shown(pattern), "no request")
    else:
        yield from pattern_of(pattern).differences(asked, f"{where}.")


def _as_map(call: Call) -> dict[str, Any]:
    index = {} if call.index is None else {"index": call.index}
    told = {"rule": call.rule, "step": call.step, "action": call.action, "with": to_plain(call.with_)}
    return told | index | {"tries": call.tries}


def _named(call: Call) -> str:
    asked = f" {as_written(call.asked)}" if call.asked else f" {to_json(call.with_)}" if call.with_ else ""
    return f"{call.step}: {call.action}{asked}"


def _emitted(wanted: Any, told: Told) -> Iterator[Difference]:
    listed, made = _listed(wanted), list(told.emitted)
    if not listed and made:
        yield Difference("emitted", "none", ", ".join(str(event["event"]) for event in made))
    zone = told.played.rule.zone
    yield from _in_order("emitted", listed, made, lambda wanted, event, where: _event(wanted, event, where, zone))


def _event(pattern: Any, event: Mapping[str, Any], where: str, zone: str) -> Iterator[Difference]:
    yield from part({name: value for name, value in pattern.items() if name != "at"}, to_plain(event), where)
    if "at" in pattern and _moment(pattern["at"], zone) != _moment(event["at"], zone):
        yield Difference(f"{where}.at", shown(pattern["at"]), shown(event["at"]))


def _moment(value: Any, zone: str) -> Any:
    """Comparable; one without an offset is local to the rules' zone."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return value
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def _listed(wanted: Any) -> list[Any]:
    if wanted is None:
        return []
    return wanted if isinstance(wanted, list) else [wanted]


def _in_order(key: str, wanted: Sequence[Any], made: Sequence[Any], found: Found) -> Iterator[Difference]:
    position = 0
    for place, pattern in enumerate(wanted):
        where = f"{key}[{place}]"
        distances = [list(found(pattern, each, where)) for each in made[position:]]
        if not distances:
            yield Difference(where, shown(pattern), _left(()))
            continue
        nearest = min(range(len(distances)), key=lambda at: _distance(distances[at], where))
        if _is_another(distances[nearest], where):
            yield Difference(where, shown(pattern), _left(made[position:]))
            continue
        yield from of_whole(iter(distances[nearest]), where, pattern, _whole(made[position + nearest]))
        position += nearest + 1


def _distance(differences: Sequence[Difference], where: str) -> int:
    """Another step or event is further away than other values."""
    return len(differences) + 100 * _is_another(differences, where)


def _is_another(differences: Sequence[Difference], where: str) -> bool:
    told_apart = {f"{where}.{name}" for name in ("step", "action", "rule", "event")}
    return any(difference.where in told_apart for difference in differences)


def _left(made: Sequence[Any]) -> str:
    names = [each.step if isinstance(each, Call) else str(each["event"]) for each in made]
    return ", ".join(names) or "nothing more"


def _whole(made: Any) -> Any:
    return _as_map(made) if isinstance(made, Call) else to_plain(made)


_CHECKS: Mapping[str, Callable[[Any, Told], Iterator[Difference]]] = {
    "outcome": _outcome,
    "stopped_at": _place,
    "answer": _answer,
    "answer_has": _answer_has,
    "answered_by": _answered_by,
    "rules": _rules,
    "calls": _calls,
    "no_calls": _no_calls,
    "emitted": _emitted,
    "memory": _memory,
    "steps": _steps,
    "late": _late,
    "meanwhile": _meanwhile,
    "error": _error,
}
