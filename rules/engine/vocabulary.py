"""What rules may speak of: kinds, names, actions and connections. Given to the engine, never imported by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel


@dataclass(frozen=True)
class KindWords:
    """One kind of event a rule can listen to."""

    name: str
    doc: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    """Qualified name → type word (string, number, bool, timestamp, map, list)."""
    docs: Mapping[str, str] = field(default_factory=dict)
    """Qualified name → what it means."""
    waits: bool = False
    filter: str = ""
    """The qualified name that `on: {kind: VALUE}` compares; empty when the kind has no filter."""
    answer_keys: frozenset[str] = frozenset()
    """Keys an `answer` for this kind may have on some platform; empty when nobody waits."""


@dataclass(frozen=True)
class ActionWords:
    """One action a step can name."""

    name: str
    doc: str
    params: type[BaseModel]
    """Validates `with`; its fields give types, defaults and hover text."""
    output: Mapping[str, str] = field(default_factory=dict)
    """What `steps.ID.NAME` may be asked for → type word (as above, or dyn)."""
    output_docs: Mapping[str, str] = field(default_factory=dict)
    in_doubt: str = "repeat"
    """repeat, verify, skip or park."""
    providers: Mapping[str, frozenset[str]] | None = None
    """Provider → generations that can do it ("" where it has one); None when the action needs no platform."""
    needs_call: bool = False
    """True when it acts on the live call of the event."""


@dataclass(frozen=True)
class ConnectionWords:
    """One connection as far as rules are concerned."""

    name: str
    provider: str
    generation: str = "auto"
    """auto, or the one written in the connections file."""
    generations: tuple[str, ...] = ("",)
    """All the provider has, newest last."""
    answers: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """Kind → generation → keys the platform can express."""
    deadlines: Mapping[str, float] = field(default_factory=dict)
    """Kind → seconds the platform waits at the most."""
    has_api: bool = True


@dataclass(frozen=True)
class Vocabulary:
    """Everything `check` compares a rule file with."""

    kinds: Mapping[str, KindWords]
    actions: Mapping[str, ActionWords] = field(default_factory=dict)
    connections: Mapping[str, ConnectionWords] = field(default_factory=dict)
    secrets: frozenset[str] | None = None
    """Names that `secrets.NAME` may have; None when unknown, and then any name is accepted."""
    natives: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Provider → native event names, for `on: {native: NAME}`."""
