"""The rules of a folder with the vocabulary they are checked against, for every command that reads rules."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from console.dev.setup import DEMO_CONNECTIONS, PROJECT_CONNECTIONS
from receiver.providers import PROVIDERS, provider_for, provider_named
from receiver.providers.base import Provider
from receiver.providers.faults import faults_of
from receiver.providers.samples import load_sample
from receiver.raw import RawDelivery
from rules.engine.findings import Finding
from rules.engine.loading.load import shown
from rules.engine.playing.events import EventView
from rules.engine.vocabulary import Vocabulary
from store.connections import Connection, load_connections
from store.request import payload_of
from workers.desk import event_view
from workers.settings import secrets_from
from workers.vocabulary import vocabulary


def find_connections(chosen: Path | None, data_dir: Path) -> Path:
    """The chosen file, else the project's, else the one `dev` made, else the demo connections themselves."""
    candidates = [chosen, PROJECT_CONNECTIONS, data_dir / "connections.yaml", DEMO_CONNECTIONS]
    return next(path for path in candidates if path and path.exists())


def words_for(connections_path: Path) -> Vocabulary:
    """The vocabulary with these connections; secrets are compared only where the environment holds some."""
    connections = load_connections(connections_path, os.environ, "neither")
    return replace(vocabulary(connections, secrets_from() or None), connections_file=shown(connections_path))


def mapping_findings(connections_path: Path) -> list[Finding]:
    """What is wrong with the mappings of the connections, told as of a rule file."""
    connections = load_connections(connections_path, os.environ, "neither")
    known = [each for each in connections.values() if each.provider in PROVIDERS]
    return [
        Finding(shown(fault.path), fault.line, fault.column, fault.connection, fault.message, "mapping")
        for fault in faults_of(connections_path, known)
    ]


class SampleRoom:
    """Makes events for rule tests: from our providers' samples, or from a platform's own payload."""

    def __init__(self, connections: Mapping[str, Connection]) -> None:
        self._connections = connections

    def __call__(self, sample: str | Mapping[str, Any], connection: str) -> EventView:
        """The event as rules see it; raises LookupError or ValueError with a sentence."""
        if isinstance(sample, str):
            raw = load_sample(sample)
            provider = self._of_sample(provider_named(sample.partition("/")[0]), connection)
        else:
            provider, raw = self._provider_of(connection), RawDelivery(orjson.dumps(dict(sample)))
        event = provider.normalise(raw)[0]
        name = provider.name
        update = {"id": "evt_test", "connection": connection or self._first(name), "provider": name}
        event = event.model_copy(update=update)
        event.raw = payload_of(event.part or raw.body, raw.headers, raw.request)
        return event_view(event)

    def _provider_of(self, connection: str) -> Provider:
        """Raises BadMapping, a ValueError, where the connection's own mapping cannot be used."""
        if connection in self._connections:
            return provider_for(self._connections[connection])
        if connection:
            raise LookupError(f"no connection is called {connection}")
        return next(iter(PROVIDERS.values()))

    def _of_sample(self, provider: Provider, connection: str) -> Provider:
        """With the mapping of the connection, where the sample is of its platform."""
        found = self._connections.get(connection)
        return provider_for(found) if found and found.provider == provider.name else provider

    def _first(self, provider: str) -> str:
        return next((name for name, each in self._connections.items() if each.provider == provider), "")
