"""The rules: how many are in force, and which files are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from console.checkup.finding import Finding
from rules.engine.load import NoFolder, load_folder
from store.connections import ConnectionsError, load_connections
from workers.settings import WorkerSettings, secrets_from, vars_from
from workers.vocabulary import vocabulary


def rule_findings(settings: WorkerSettings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """The rules as a worker started now would load them; nothing when the connections cannot be read."""
    try:
        connections = load_connections(settings.connections, environ, "neither")
        words = vocabulary(connections, secrets_from(environ))
        loaded = load_folder(settings.rules_dir, words, vars_from(environ))
    except ConnectionsError:
        return
    except NoFolder as error:
        yield Finding("error", "rules", str(error), "name the folder with HOOKSWITCH_RULES_DIR")
        return
    yield Finding("ok", "rules", f"{len(loaded.rules)} in force from {settings.rules_dir}")
    for finding in loaded.findings:
        if finding.severity == "error":
            yield Finding("error", "rules", finding.text, f"hookswitch check {settings.rules_dir}")
