"""A call's transcript, which is one text, as lines. What is not understood stays in the text of the line before.

The ancestor writes `BOT: ...` and `HUMAN: ...`, what was done as `BOT_ACTION_START: ...`, `BOT_ACTION_FINISH: ...` and
`CONFERENCE_EVENT: ...`, each with or without `[MM:SS.ff] ` before it. A line of the agent that ends in `-` was cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SPEAKERS: Mapping[str, str] = {
    "BOT": "agent",
    "HUMAN": "caller",
    "BOT_ACTION_START": "action",
    "BOT_ACTION_FINISH": "action",
    "CONFERENCE_EVENT": "conference",
}
_LINE = re.compile(r"\s*(?:\[(?P<m>\d{1,4}):(?P<s>\d{1,2}(?:\.\d{1,6})?)\]\s*)?(?P<who>[A-Z_]{3,20}):\s?(?P<text>.*)")


@dataclass(frozen=True)
class Line:
    """Something that was said or done."""

    speaker: str
    """agent, caller, action or conference; empty for what comes before the first line that says."""
    text: str
    at: float | None = None
    """Seconds from the beginning, where the line tells."""

    @property
    def interrupted(self) -> bool:
        """Whether the agent was cut off."""
        return self.speaker == "agent" and self.text.endswith("-")


def lines(transcript: str) -> list[Line]:
    """The transcript line by line; a line without a speaker goes on where the last one stopped."""
    found: list[Line] = []
    for line in _read(transcript):
        if line.speaker or not found:
            found.append(line)
        else:
            last = found.pop()
            found.append(Line(last.speaker, f"{last.text}\n{line.text}".strip("\n"), last.at))
    return [line for line in found if line.speaker or line.text.strip()]


def _read(transcript: str) -> Iterator[Line]:
    for written in transcript.splitlines():
        match = _LINE.fullmatch(written)
        if match and match["who"] in SPEAKERS:
            at = int(match["m"]) * 60 + float(match["s"]) if match["m"] else None
            yield Line(SPEAKERS[match["who"]], match["text"].strip(), at)
        else:
            yield Line("", written)
