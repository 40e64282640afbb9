"""The vocabulary of rules: our kinds, actions and connections, told to an engine that imports none of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from receiver.providers import PROVIDERS, kinds_sent, provider_or_none
from receiver.providers.base import ANSWER_KEYS, Provider
from receiver.providers.mapped import Mapped
from rules.engine.vocabulary import ActionWords, ConnectionWords, KindWords, Vocabulary
from store.connections import Connection
from store.event import KINDS, Event, Kind, section_fields, visible_types
from workers.actions import ACTIONS
from workers.actions.base import Action
from workers.actions.httpstubs import REHEARSALS
from workers.actions.ports.table import reasons
from workers.actions.registry import output_docs, output_words
from workers.reconcile.lists import completing
from workers.reconcile.record import REPORT


def vocabulary(connections: Mapping[str, Connection], secrets: Collection[str] | None = None) -> Vocabulary:
    """Everything `check` and the engine know about this installation."""
    return Vocabulary(
        kinds={name: _kind(kind) for name, kind in KINDS.items()},
        actions={name: _action(action) for name, action in ACTIONS.items()},
        connections={name: connection_words(connection) for name, connection in connections.items()},
        secrets=None if secrets is None else frozenset(secrets),
        natives=_natives(connections),
        answers={name: provider.answers for name, provider in PROVIDERS.items()},
    )


def _natives(connections: Mapping[str, Connection]) -> dict[str, frozenset[str]]:
    """What each platform calls its events; nothing where one is connected whose words nobody here can know."""
    if any(isinstance(provider_or_none(connection), Mapped) for connection in connections.values()):
        return {}
    return {name: frozenset(provider.kinds) for name, provider in PROVIDERS.items()}


def _kind(kind: Kind) -> KindWords:
    docs = {
        f"{section}.{name}": doc
        for section in kind.sections
        if section != "data"
        for name, _, doc in section_fields(section)
    }
    return KindWords(
        kind.name, kind.doc, visible_types(kind), docs, kind.waits, kind.filter, ANSWER_KEYS.get(kind.name, frozenset())
    )


def _action(action: Action) -> ActionWords:
    return ActionWords(
        action.name, action.doc, action.params, output_words(action.output), output_docs(action.output),
        action.in_doubt, action.platforms, reasons(action.name), action.needs_call, REHEARSALS.get(action.name),
    )  # fmt: skip


def connection_words(connection: Connection) -> ConnectionWords:
    """One connection as rules know it."""
    provider = provider_or_none(connection)
    answers = dict(provider.answers) if provider else {}
    generations = tuple(dict.fromkeys(g for by_generation in answers.values() for g in by_generation)) or ("",)
    return ConnectionWords(
        connection.name, connection.provider, connection.generation, generations, answers,
        {**_deadlines(connection, provider, generations), **connection.deadlines}, connection.api is not None,
        {kind: connection.fallback_for(kind) for kind in answers}, _incoming(connection, generations),
        _kinds_of(connection, provider),
    )  # fmt: skip


def _kinds_of(connection: Connection, provider: Provider | None) -> frozenset[str] | None:
    """What comes in on the connection: what its platform sends, and the report that is made of what it tells."""
    if provider is None or not connection.auth:
        return frozenset()
    sent = kinds_sent(provider)
    completed = connection.api is not None and completing(connection.provider)
    return sent | {REPORT} if sent is not None and completed else sent


def _incoming(connection: Connection, generations: Collection[str]) -> tuple[str, ...]:
    """The dialects that can come in: generation one signs nothing, so signatures alone keep it out."""
    if not connection.auth:
        return ()
    if connection.generation != "auto":
        return (connection.generation,)
    signed_only = all(entry.scheme in ("hmac", "standard") for entry in connection.auth)
    return tuple(generation for generation in generations if generation != "g1" or not signed_only)


def _deadlines(connection: Connection, provider: Provider | None, generations: Collection[str]) -> dict[str, float]:
    """Kind → seconds the platform waits: the shortest of the generations that the connection may speak."""
    if provider is None:
        return {}
    spoken = generations if connection.generation == "auto" else (connection.generation,)
    waits = {
        kind: [provider.deadline(Event(kind=kind, generation=generation)) for generation in spoken]
        for kind in provider.answers
    }
    return {kind: min(filter(None, seconds)) for kind, seconds in waits.items() if any(seconds)}
