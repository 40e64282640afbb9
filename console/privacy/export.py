"""Everything kept about one caller, one record at a time; numbers of other people stay masked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from console.past.tracebook import moment, trace_record
from console.privacy.finding import Finder, Found
from console.progress import Advance, unseen
from console.texts import map_texts
from store import keys
from store.caller import Caller
from store.client import Store
from store.events import StoredEvent
from store.masking import masker
from store.runs import RunId
from store.spoolsearch import Spooled, entries, spool_files

Record = dict[str, Any]


@dataclass(frozen=True)
class Export:
    """Reads, and changes nothing."""

    store: Store
    caller: Caller
    data_dir: Path
    connection: str = ""
    """Only what came in there; what is remembered of the caller belongs to no connection, and is left out then."""

    async def records(self, advance: Advance = unseen) -> AsyncIterator[Record]:
        """One of each: {what: event, memory, dead_letter, spooled or other, ...}."""
        found = await Finder(self.store, self.caller).everywhere(advance)
        if self.connection:
            found = found.narrowed(self.connection)
        for about in sorted(found.events, key=lambda about: about.id):
            stored = await self.store.events.get(about.id)
            if stored is not None:
                yield await self._event(stored, mentioned=about.id in found.mentions)
        async for record in self._memory(found):
            yield record
        for path in await asyncio.to_thread(spool_files, self.data_dir):
            for spooled in await asyncio.to_thread(_listed, path, self.caller):
                if self.connection in ("", _connection(spooled)):
                    yield self._shown({"what": "spooled", **spooled.record}, ())

    async def _event(self, stored: StoredEvent, *, mentioned: bool) -> Record:
        event = stored.event
        trace = await trace_record(self.store, event.id, numbers=True) or {}
        runs = [RunId.parse(f"{event.id}/{name}") for name in sorted(stored.runs)]
        journals = await self.store.runs.load_all(runs) if runs else []
        works = [event.id, *(run.job_id for run in runs)]
        letters = [letter for work in works if (letter := await self.store.dead.get(work)) is not None]
        record = {
            "what": "event",
            "why": "mentions the number" if mentioned else "of the caller's call",
            "id": event.id,
            "received_at": moment(stored.received_ms),
            "status": stored.status,
            "event": orjson.loads(event.to_json()),
            "sent": event.raw or stored.body.decode("utf-8", "replace"),
            "headers": dict(stored.headers),
            "remembered_then": stored.memory,
            "trace": {name: trace[name] for name in ("stages", "rules", "answers") if name in trace},
            "runs": [{"run": str(run), **asdict(journal)} for run, journal in zip(runs, journals, strict=True)],
            "dead_letters": [asdict(letter) for letter in letters],
        }
        return self._shown(record, (event.call.from_, event.call.to))

    async def _memory(self, found: Found) -> AsyncIterator[Record]:
        names = [name for name in found.others if name.startswith(keys.MEMORY)]
        subjects = [name.removeprefix(keys.MEMORY) for name in names]
        for subject in [*subjects, *(f"call:{name}" for name in sorted(found.calls))]:
            remembered = await self.store.memory.recall(subject)
            if remembered:
                yield self._shown({"what": "memory", "of": subject, "remembered": remembered}, ())
        if others := [name for name in found.others if name not in names]:
            yield self._shown({"what": "other", "keys": others}, ())

    def _shown(self, record: Record, known: Iterable[str]) -> Record:
        """Without other people's numbers."""
        theirs = [number for number in known if not self.caller.is_in(number)]
        hide = masker(theirs)
        shown: Record = map_texts(record, lambda text: _spared(text, self.caller, hide))
        return shown


def _spared(text: str, caller: Caller, hide: Any) -> str:
    """The text with every number hidden but this one."""
    told, at = [], 0
    for place in caller.places(text):
        told += [hide(text[at : place.start()]), place[0]]
        at = place.end()
    return "".join([*told, hide(text[at:])])


def _listed(path: Path, caller: Caller) -> list[Spooled]:
    return list(entries(path, caller))


def _connection(spooled: Spooled) -> str:
    event = spooled.record.get("event")
    return str(event.get("connection", "")) if isinstance(event, dict) else ""
