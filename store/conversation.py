"""The conversation of a call, as platforms tell it in their reports: turn by turn, as one text, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.lenient import first, mapping, mappings, text

Turns = list[dict[str, Any]]

_SPEAKERS: Mapping[str, str] = {"user": "user", "assistant": "assistant", "bot": "assistant"}
"""Roles of a turn that was spoken; system turns are instructions, and tools do not speak."""


@dataclass(frozen=True)
class Places:
    """Where in a payload a conversation stands: names of members with dots between, the best place first."""

    turns: Sequence[str] = ()
    transcript: Sequence[str] = ()
    """Without a text in any of these places it is made of the turns."""

    def read(self, payload: Mapping[str, Any]) -> tuple[Turns, str]:
        """The turns and the text; what is not there is empty. Never raises."""
        turns: Turns = next(filter(None, (mappings(_at(payload, place)) for place in self.turns)), [])
        written = next(filter(None, (text(_at(payload, place)) for place in self.transcript)), "")
        return turns, written or spoken(turns)


def _at(payload: Mapping[str, Any], place: str) -> Any:
    found: Any = payload
    for name in place.split("."):
        found = mapping(found).get(name)
    return found


def spoken(turns: Turns) -> str:
    """What was said, a line a turn."""
    lines = ((_SPEAKERS.get(text(turn.get("role"))), first(turn, "message", "content")) for turn in turns)
    return "\n".join([f"{speaker}: {text(said)}" for speaker, said in lines if speaker])
