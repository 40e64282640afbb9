"""What is wrong with the platforms and mappings of a connections file, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from receiver.providers import MappingNotTaken, UnknownProvider, provider_for
from receiver.providers.mapping.plan import BadMapping
from store.connections import Connection
from store.places import Places


@dataclass(frozen=True)
class Fault:
    """Something that keeps a connection from being read as it is written."""

    path: Path
    line: int
    column: int
    connection: str
    message: str

    @property
    def text(self) -> str:
        """One line, written as a finding about a rule."""
        return f"{self.path}:{self.line}:{self.column} {self.connection}: {self.message}"


def faults_of(path: Path, connections: Iterable[Connection]) -> list[Fault]:
    """Every fault of these connections of the file."""
    places = Places.of_file(path)
    found = (fault for connection in connections for fault in _faults(path, places, connection))
    return sorted(found, key=lambda fault: (fault.line, fault.column))


def _faults(path: Path, places: Places, connection: Connection) -> Iterator[Fault]:
    name = connection.name
    try:
        provider_for(connection)
    except UnknownProvider as error:
        yield Fault(path, *places.at(("connections", name, "provider")), name, str(error))
    except MappingNotTaken as error:
        yield Fault(path, *places.at(("connections", name, "mapping"), key=True), name, str(error))
    except BadMapping as error:
        for problem in error.problems:
            keys = ("connections", name, "mapping", *problem.path)
            place = places.at(keys, problem.offset, key=problem.key)
            yield Fault(path, *place, name, f"{'.'.join(('mapping', *problem.path))}: {problem.message}")
