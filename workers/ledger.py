"""What a job has found out about the rules of an event, until it is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rules.engine.playing.events import ToolView
from rules.engine.playing.turns import OVERTAKEN, has_acted
from rules.engine.rule import Rule
from store.answers import CellAnswer, LastWord
from store.runs import RunId
from workers.desk import Work
from workers.pausing import PausedError
from workers.ran import Ran
from workers.stepping import Parked
from workers.tracing import Entry, TraceRecord, records_of, unplayed


@dataclass(frozen=True)
class Said:
    """An answer that is put into its cell by the write that ends the job."""

    tool: ToolView | None
    answer: CellAnswer
    ran: Ran | None
    """The run that gave it; none gave the fallback."""

    @property
    def word(self) -> LastWord:
        """As the store takes it."""
        return LastWord(self.tool.id if self.tool else "", self.answer)


@dataclass
class Ledger:
    """What a job has found out so far."""

    ends_with_answer: bool = False
    """Whether nothing is left to do once the answer is known: then both share the job's last write."""
    entries: list[Entry] = field(default_factory=list)
    """For the trace: rules that are through."""
    failed: list[Ran] = field(default_factory=list)
    """Runs that were given up."""
    elsewhere: list[TraceRecord] = field(default_factory=list)
    """Runs that a pause has stopped; their job has written the trace itself, and may be done by now."""
    stages: dict[str, float] = field(default_factory=dict)
    """What the worker has behind it → the store's clock then, Unix milliseconds."""
    parked: set[str] = field(default_factory=set)
    """The jobs as which runs go on."""
    acted: set[str] = field(default_factory=set)
    """Tool ids ("" for the event as a whole) that some rule has acted on."""
    said: Said | None = None
    """What the job ends with."""

    @property
    def records(self) -> list[TraceRecord]:
        """Why each rule acted, or why not."""
        return list(records_of(self.entries))

    def add(self, ran: Ran) -> None:
        """One rule is through."""
        self.entries.append(ran)
        if ran.failed_for_good:
            self.failed.append(ran)
        if has_acted(ran.played):
            self.acted.add(ran.played.tool_id)

    def park(self, run_id: RunId, parked: Parked) -> None:
        """One rule's run goes on as a job of its own. Its conditions hold, or it would be through."""
        self.parked.add(run_id.job_id)
        if isinstance(parked, PausedError):
            self.elsewhere.append(TraceRecord(run_id.rule, run_id.tool_id, parked.record))
        if not isinstance(parked, PausedError) or parked.record["steps"]:
            self.acted.add(run_id.tool_id)

    def overtake(self, rules: Sequence[Rule], tool: ToolView | None, why: str = "") -> None:
        """Rules that do not come to their turn."""
        self.entries += [unplayed(rule, OVERTAKEN, tool, why=why) for rule in rules]


def cells(work: Work) -> Sequence[ToolView | None]:
    """Every tool call by itself, or the event as a whole."""
    return work.view.tools or (None,)
