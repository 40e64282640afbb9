"""A trace as a tree that a person understands at a glance: what came in, what each rule decided, who answered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import orjson
from rich.markup import escape
from rich.tree import Tree

from console.past.explain import why_paused
from console.texts import map_texts, printable
from rules.engine.rule import BY_NAME

_LOOKS = {
    "ran": ("✓", "green"), "done": ("✓", "green"), "shadow": ("◌", "cyan"), "failed": ("✖", "red"),
    "error": ("✖", "red"), "dead": ("✖", "red"), "not_matched": ("○", "dim"), "overtaken": ("○", "dim"),
    "disabled": ("○", "dim"), "paused": ("▲", "yellow"), "skipped": ("–", "yellow"), "limited": ("▲", "yellow"),
    "assumed": ("◌", "cyan"), "unknown": ("◌", "cyan"), "hanging": ("◌", "dim"), "refused": ("✖", "red"),
}  # fmt: skip
"""Outcome or state → mark and style; what is not here is still on its way."""
_ON_ITS_WAY = ("…", "yellow")
_FIRST_TOLD = ("ran", "failed", "error", "limited", "paused", "shadow")
_LONGEST = 300
RECOVERED = "recovered: the platform never sent it, and was asked for it"

Record = dict[str, Any]


def trace_tree(record: Record) -> Tree:
    """Event, then stages, rules (those that did something first) and answers."""
    record = map_texts(record, printable)
    event = record["event"]
    tree = Tree("\n".join(_headline(event)), guide_style="dim")
    if event.get("problem"):
        tree.add(f"[red]✖ {escape(event['problem'])}[/]")
    if event.get("recovered"):
        tree.add(f"[yellow]▲ {RECOVERED}[/]")
    if "spooled" in record:
        tree.add(f"[yellow]▲ {spooled_words(record['spooled'])}[/]")
    if record["stages"]:
        tree.add(_stages(record["stages"]))
    tools = {tool["id"]: tool["name"] for tool in event["tools"]}
    for rule in sorted(record["rules"], key=_rank):
        _add_rule(tree, rule, tools)
    if not record["rules"]:
        tree.add("[dim]○ no rule listens to this event[/]")
    for answer in record["answers"]:
        _add_answer(tree, answer, tools)
    if "completion" in record:
        _add_completion(tree, record["completion"])
    return tree


def _add_completion(tree: Tree, completion: Record) -> None:
    """How the call was fetched after its end."""
    told = f" as {completion['report']}" if completion.get("report") else ""
    why = f"  [dim]{escape(completion['why'])}[/]" if completion.get("why") else ""
    tree.add(f"{_mark(completion['state'])} the call's report{escape(told)} {_styled(completion['state'])}{why}")


def _headline(event: Record) -> Iterator[str]:
    tools = "".join(f" {tool['name']}" for tool in event["tools"])
    call = f" · call {event['call']['id']}" if event["call"]["id"] else ""
    yield f"[bold]{escape(event['kind'])}[/]{escape(tools)}  {_styled(event['status'])}"
    yield f"{escape(who_of(event))}[dim]{escape(_origin(event))}{escape(call)}[/]"
    due = f" · was due {event['due_at'][:19].replace('T', ' ')} UTC" if "due_at" in event else ""
    yield f"[dim]{escape(event['id'])} · {event['received_at'][:23].replace('T', ' ')} UTC{due}[/]"


def spooled_words(spooled: Record) -> str:
    """What became of an event while the store was away."""
    came_in = spooled["came_in_at"][:19].replace("T", " ")
    return (
        f"it came in at {came_in} UTC, and waited {spooled['seconds']:g} s on the receiver's disk: the store was away"
    )


def who_of(event: Record) -> str:
    """Who called whom, or the rule that an event belongs to."""
    if event["kind"] in BY_NAME:
        return f"rule {event['name']}"
    return " → ".join(number or "unknown" for number in (event["call"]["from"], event["call"]["to"]))


def _origin(event: Record) -> str:
    spoken_by = f"{event['provider']} {event['generation']}".strip()
    return f" · {event['connection']} ({spoken_by})" if event["connection"] else ""


def _stages(stages: list[Record]) -> str:
    told = (f"{stage['name']} {_milliseconds(stage['ms'])}" for stage in stages if stage["ms"])
    return "[dim]" + " → ".join([stages[0]["name"], *told]) + "[/]"


def _rank(rule: Record) -> tuple[int, str]:
    acted = rule["outcome"] in _FIRST_TOLD
    return (0 if acted else 1, rule["rule"])


def _add_rule(tree: Tree, rule: Record, tools: dict[str, str]) -> None:
    tool = f" for {tools.get(rule['tool'], rule['tool'])}" if rule.get("tool") else ""
    branch = tree.add(
        f"{_mark(rule['outcome'])} [bold]{escape(rule['rule'])}[/]{escape(tool)} {_styled(rule['outcome'])}"
        f"  [dim]{escape(rule['file'])}[/]"
    )
    about_answer = [each for each in rule["conditions"] if each.get("place", "").startswith("answer")]
    for condition in rule["conditions"]:
        if condition not in about_answer:
            branch.add(_condition("if", condition, rule["file"]))
    for step in rule["steps"]:
        _add_step(branch, step, rule["file"])
    for condition in about_answer:
        branch.add(_condition("answer if", condition, rule["file"]))
    for line in _remarks(rule):
        branch.add(line)


def _remarks(rule: Record) -> Iterator[str]:
    if rule.get("error"):
        yield (
            f"[dim]{escape(rule['error'])}[/]"
            if rule["outcome"] == "overtaken"
            else f"[red]✖ {escape(rule['error'])}[/]"
        )
    if rule.get("paused"):
        yield f"[yellow]{escape(why_paused(rule))}[/]"
    if rule.get("steps_left_out"):
        yield f"[dim]and {rule['steps_left_out']} more steps[/]"
    if "answer" in rule:
        yield f"[dim]would answer[/] {escape(_short(rule['answer']))}"
    if rule.get("answer_hangs"):
        yield f"[dim]what it would answer hangs on what step {escape(rule['needs'])} gives[/]"
    if rule.get("stopped_at"):
        yield f"[dim]stopped at {escape(rule['stopped_at'])}[/]"
    if rule.get("answer_at"):
        yield f"[dim]answers at {escape(_file_name(rule['answer_at']))}[/]"
    if rule.get("late"):
        yield f"[yellow]the answer was late: {escape(_delivery(rule['late']))}[/]"


def _condition(word: str, condition: Record, file: str) -> str:
    mark = {True: "[green]✓[/]", False: "[yellow]✗[/]"}.get(condition["value"], "[red]✖[/]")
    line = f"{mark} [dim]{word}[/] {escape(condition['expr'])}  [dim]{_where(file, condition['line'])}[/]"
    seen = [f"{name} = {_short(value, quoted=True)}" for name, value in condition["seen"].items()]
    if seen:
        line += f"\n  [dim]seen[/] {escape(', '.join(seen))}"
    if condition.get("error"):
        line += f"\n  [red]{escape(condition['error'])}[/]"
    return line


def _add_step(branch: Tree, step: Record, file: str) -> None:
    attempts = step["attempts"]
    place = f"  [dim]{_where(file, step['line'])}[/]" if step.get("line") else ""
    head = (
        f"{_mark(step['state'])} [dim]step[/] {escape(step['id'])}  {escape(step['action'])} {_styled(step['state'])}"
    )
    if "with" in step:
        branch.add("\n".join([head + place, *_plan(step)]))
        return
    if any("item" in attempt for attempt in attempts):
        _add_items(branch.add(f"{head} [dim]{_items(attempts)}[/]{place}"), step)
        return
    if len(attempts) == 1:
        head += f" [dim]{_took(attempts[0])}[/]{place}"
        branch.add("\n".join([head, *(f"  {line}" for line in _exchange(attempts[0], step.get("error")))]))
        return
    leaf = branch.add(head + (f" [dim]after {len(attempts)} tries[/]" if attempts else "") + place)
    _add_tries(leaf, attempts)
    if step.get("error"):
        leaf.add(f"[red]{escape(step['error'])}[/]")


def _add_tries(leaf: Tree, attempts: list[Record]) -> None:
    for number, attempt in enumerate(attempts, 1):
        title = f"[dim]try {number} at {attempt['at'][11:23]}, {_took(attempt)}[/]"
        leaf.add("\n".join([title, *_exchange(attempt)]))


def _items(attempts: list[Record]) -> str:
    count = len({attempt.get("item") for attempt in attempts})
    return f"for {count} item{'' if count == 1 else 's'}"


def _add_items(leaf: Tree, step: Record) -> None:
    """Each item of a `for_each` with its tries; items are numbered from 0, as `index` is."""
    for item, found in groupby(step["attempts"], key=lambda attempt: attempt.get("item")):
        tries = list(found)
        if len(tries) == 1:
            leaf.add("\n".join([f"[dim]item {item}, {_took(tries[0])}[/]", *_exchange(tries[0])]))
        else:
            _add_tries(leaf.add(f"[dim]item {item} after {len(tries)} tries[/]"), tries)
    if step.get("error") and all(step["error"] != attempt.get("error") for attempt in step["attempts"]):
        leaf.add(f"[red]{escape(step['error'])}[/]")


def _plan(step: Record) -> Iterator[str]:
    """With what a step in shadow would be taken, as far as that is known."""
    if step["with"] is None:
        yield "  [dim]hangs on what an earlier step gives[/]"
    else:
        yield f"  [dim]with[/] {escape(_short(step['with']))}"
    if step.get("error"):
        yield f"  [red]{escape(step['error'])}[/]"


def _exchange(attempt: Record, error: str | None = None) -> Iterator[str]:
    if attempt.get("sent") is not None:
        yield f"[dim]sent[/] {escape(_request(attempt['sent']))}"
    if attempt.get("got") is not None:
        yield f"[dim]got [/] {escape(_response(attempt['got']))}"
    for trouble in dict.fromkeys(filter(None, (attempt.get("error"), error))):
        yield f"[red]{escape(trouble)}[/]"


def _request(sent: Any) -> str:
    """A request as people write it: method, URL, and whatever else went with it."""
    if not (isinstance(sent, dict) and {"method", "url"} <= sent.keys()):
        return _short(sent)
    rest = {
        name: value for name, value in sent.items() if name not in ("method", "url") and value not in (None, {}, "")
    }
    return f"{sent['method']} {sent['url']}" + (f" {_short(rest)}" if rest else "")


def _response(got: Any) -> str:
    if not (isinstance(got, dict) and "status" in got):
        return _short(got)
    rest = {name: value for name, value in got.items() if name != "status" and value not in (None, {}, "")}
    body = rest["body"] if rest.keys() == {"body"} else rest
    return f"{got['status']}" + (f" {_short(body)}" if rest else "")


def _add_answer(tree: Tree, answer: Record, tools: dict[str, str]) -> None:
    tool = f" to {tools.get(answer['tool'], answer['tool'])}" if answer.get("tool") else ""
    by = f"rule [bold]{escape(answer['rule'])}[/]" if answer["by"] == "rule" else answer["by"]
    when = f" [dim]after {answer['ms']} ms[/]" if "ms" in answer else ""
    mark = "[yellow]▲[/]" if answer["late"] or answer["by"] == "fallback" else "[green]✓[/]"
    tree.add(f"{mark} [bold]answer[/]{escape(tool)} by {by}{when}{_fate(answer)}\n  {escape(_short(answer['sent']))}")


def _fate(answer: Record) -> str:
    if answer.get("delivery"):
        return f" [yellow]late: {escape(_delivery(answer['delivery']))}[/]"
    if answer["late"]:
        return " [yellow]too late[/]"
    return "" if answer.get("left", True) else " [yellow]not known to have reached the platform[/]"


def _delivery(late: Any) -> str:
    """What became of a late answer, in words."""
    if not isinstance(late, dict):
        return str(late)
    did = {"inject": "put into the live call", "drop": "dropped"}.get(late.get("policy", ""), str(late.get("policy")))
    details = [str(late[name]) for name in ("outcome", "why", "error") if late.get(name)]
    return ", ".join([did, *details])


def _took(attempt: Record) -> str:
    return _milliseconds(attempt["ms"]) if "ms" in attempt else "unfinished"


def _milliseconds(number: float) -> str:
    return f"{number:.0f} ms" if number >= 10 else f"{number:.1f} ms"


def _file_name(place: str) -> str:
    return place.rpartition("/")[2]


def _where(file: str, line: int) -> str:
    return escape(f"{_file_name(file)}:{line}")


def _mark(word: str) -> str:
    mark, style = _LOOKS.get(word, _ON_ITS_WAY)
    return f"[{style}]{mark}[/]"


def _styled(word: str) -> str:
    return f"[{_LOOKS.get(word, _ON_ITS_WAY)[1]}]{word.replace('_', ' ')}[/]"


def _short(value: Any, *, quoted: bool = False) -> str:
    is_text = isinstance(value, str) and not quoted
    text = value if is_text else orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"
