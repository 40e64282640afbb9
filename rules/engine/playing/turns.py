"""Which rules are asked, in which order, and when the asking ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from rules.engine.playing.events import EventView, ToolView
from rules.engine.playing.played import Played
from rules.engine.rule import Rule, in_order

OVERTAKEN = "overtaken"
NOT_NEEDED = "another rule has acted, and this one is the backstop"
PlayOne = Callable[[Rule], Awaitable[Played]]


def matching_rules(rules: Iterable[Rule], view: EventView, tool: ToolView | None = None) -> list[Rule]:
    """The rules that listen to the event, or to one tool call of it, in the order of turns; disabled ones too."""
    if tool is None:
        return list(in_order(rule for rule in rules if rule.listens(view)))
    return list(in_order(rule for rule in rules if rule.listens_to_tool(view, tool)))


def side_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Those without an answer: they all run, side by side, and never delay the caller."""
    return [rule for rule in rules if not rule.answers]


def has_acted(played: Played) -> bool:
    """Whether a rule that was played ran, as backstops see it: its conditions held, and nothing held it back.

    What became of its steps does not count. A rule that could not even say whether it matches has not acted.
    """
    if played.outcome == "error":
        return (played.stopped_at or "").startswith(("steps", "answer"))
    return played.outcome in ("ran", "failed", OVERTAKEN)


async def take_turns(rules: Sequence[Rule], play_one: PlayOne) -> list[Played]:
    """Rules in their order until one answers; those after it are overtaken and run no step. Backstops come last."""
    played: list[Played] = []
    answered = False
    for rule in in_order(rules):
        if answered:
            played.append(Played(rule, outcome=OVERTAKEN))
            continue
        result = await play_one(rule)
        played.append(result)
        answered = result.answer is not None
    return played
