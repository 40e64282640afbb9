"""The rules: how many are in force, and which files are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from redis.exceptions import RedisError

from console.checkup.finding import Finding
from console.cli.storage import store_url
from console.inforce import held_out
from rules.engine.loading.load import NoFolder, load_folder
from rules.engine.rule import Rule
from store.client import open_store
from store.connections import ConnectionsError, load_connections
from store.embedded import EmbeddedError
from store.roster import Note
from store.settings import StoreSettings
from workers.settings import WorkerSettings, secrets_from, vars_from
from workers.vocabulary import vocabulary

_MOST = 5
"""How many rules are named in one finding."""


async def worker_notes(settings: StoreSettings) -> dict[str, Note]:
    """What workers say they have in force; nothing when the store cannot be reached, which is said elsewhere."""
    try:
        store = open_store(store_url(settings))
    except (EmbeddedError, ValueError):
        return {}
    try:
        return await store.roster.all()
    except (RedisError, OSError):
        return {}
    finally:
        await store.close()


def rule_findings(settings: WorkerSettings, environ: Mapping[str, str], notes: Mapping[str, Note]) -> Iterator[Finding]:
    """The rules as a worker started now would load them, and what workers refuse; nothing when the connections cannot
    be read. Where workers tell which secrets they lack, those of this terminal do not matter.
    """
    try:
        connections = load_connections(settings.connections, environ, "neither")
        words = vocabulary(connections, None if notes else secrets_from(environ))
        loaded = load_folder(settings.rules_dir, words, vars_from(environ))
    except ConnectionsError:
        return
    except NoFolder as error:
        yield Finding("error", "rules", str(error), "name the folder with HOOKSWITCH_RULES_DIR")
        return
    yield Finding("ok", "rules", f"{len(loaded.rules)} in force from {settings.rules_dir}")
    refused = {text for note in notes.values() for text in note.refused.values()}
    for finding in loaded.findings:
        if finding.severity == "error" and finding.text not in refused:
            yield Finding("error", "rules", finding.text, f"hookswitch check {settings.rules_dir}")
    yield from _refusals(notes)
    yield from _unknown_to_workers(loaded.rules, notes)


def _refusals(notes: Mapping[str, Note]) -> Iterator[Finding]:
    """What workers refuse, once for all that say the same."""
    said = sorted({(rule, text) for note in notes.values() for rule, text in note.refused.items()})
    for rule, text in said:
        refusing = [note for note in notes.values() if note.refused.get(rule) == text]
        some = "" if len(refusing) == len(notes) else f" on {len(refusing)} of {len(notes)} workers"
        kept = all(rule in note.rules for note in refusing)
        instead = "the last good version stays in force" if kept else "not in force"
        advice = "correct the file, or set what the environment of the workers lacks and start them again"
        yield Finding("error", "rules", f"{text} ({instead}{some})", advice)


def _unknown_to_workers(rules: Iterable[Rule], notes: Mapping[str, Note]) -> Iterator[Finding]:
    refused = {rule for note in notes.values() for rule in note.refused}
    names = [rule.name for rule in rules if rule.name not in refused and held_out(rule.name, notes)]
    if names:
        shown = ", ".join(names[:_MOST]) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
        advice = "see that the workers read this folder (HOOKSWITCH_RULES_DIR)"
        yield Finding("warning", "rules", f"no worker has {shown} in force", advice)
