"""How many stored events a second `replay --against` plays through two rule folders, on one core.

.venv/bin/python benchmarks/replay.py [EVENTS]

Rules that are the same in both folders need not be played, so the last rows are the ones to judge it by: there every
rule has another text, and nothing can be left out.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from console.past.compare import compare
from receiver.providers import provider_named
from receiver.providers.samples import load_sample
from rules.engine.loading.load import load_folder
from rules.engine.rule import Rule
from store import embedded
from store.client import Store, open_store
from store.event import new_event_id
from store.events import Acceptance
from store.survey import Span
from workers.vocabulary import vocabulary

SAMPLES = ("flireo/assistant-request__g3", "flireo/status-update__g3", "flireo/tool-calls__g2")
RULES = 20
ON = ("assistant-request", "status-update", "tool-calls")
AT_ONCE = 500

Edit = Callable[[int, str], str]
"""Number and text of a rule → its text in the other folder."""

OTHERS: dict[str, Edit] = {
    "the same rules": lambda number, text: text,
    "one rule another": lambda number, text: text.replace('""', '"x"') if number == 0 else text,
    "every answer another": lambda number, text: text.replace("assistant: day", "assistant: night"),
    "every rule another text": lambda number, text: text.replace("Rule", "The rule"),
    "every condition another": lambda number, text: text.replace("call.from !=", "call.from  !="),
}


def texts() -> list[str]:
    """Simple rules: two conditions on the call each; the last of each kind matches."""
    answers = {"assistant-request": "answer: { assistant: day }\n", "tool-calls": "answer: { result: yes }\n"}
    steps = "steps:\n  - action: log\n    with: { message: seen }\n"
    found = []
    for number in range(RULES):
        kind, last = ON[number % len(ON)], str(number >= RULES - len(ON)).lower()
        conditions = f'if:\n  - call.from != ""\n  - {last} || call.to == "{number}"\n'
        found.append(f"description: Rule {number}.\non: {kind}\n{conditions}{answers.get(kind, steps)}")
    return found


def rules(folder: Path, edit: Edit) -> tuple[Rule, ...]:
    """The rules as they are after an edit."""
    folder.mkdir()
    for number, text in enumerate(texts()):
        (folder / f"rule_{number}.yaml").write_text(edit(number, text), encoding="utf-8")
    return load_folder(folder, vocabulary({})).rules


async def fill(store: Store, count: int) -> None:
    """Store events made of the samples."""
    raws = [(name, load_sample(name)) for name in SAMPLES]
    for start in range(0, count, AT_ONCE):
        writes = []
        for number in range(start, min(start + AT_ONCE, count)):
            name, raw = raws[number % len(raws)]
            event = provider_named(name.partition("/")[0]).normalise(raw)[0]
            update = {"id": new_event_id(), "connection": "desk", "provider": "flireo", "dedup_key": None}
            writes.append(store.events.accept(Acceptance(event.model_copy(update=update), raw.body)))
        await asyncio.gather(*writes)


async def measure(url: str, folder: Path, count: int) -> None:
    """Fill, compare, say how long it took."""
    store = open_store(url)
    await fill(store, count)
    same = rules(folder / "now", OTHERS["the same rules"])
    for title, edit in OTHERS.items():
        after = rules(folder / title, edit)
        began, busy = time.perf_counter(), time.process_time()
        found = await compare(store, Span(), same, after)
        took, used = time.perf_counter() - began, time.process_time() - busy
        each = f"{used / found.events * 1e6:.0f} µs of processor each"
        counts = f"{found.events:>8} events{found.changes:>8} changes"
        print(f"{title:<24}{counts}{found.events / took:>10,.0f}/s  ({each})")  # noqa: T201
    await store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        server = embedded.start(Path(name) / "store", "memory")
        try:
            asyncio.run(measure(server.url, Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
        finally:
            server.stop()
