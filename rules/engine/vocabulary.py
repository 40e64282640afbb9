"""What rules may speak of: kinds, names, actions and connections. Given to the engine, never imported by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

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
class Asked:
    """One HTTP request as it would leave."""

    method: str
    url: str
    """Without its query."""
    query: Mapping[str, str | list[str]] = field(default_factory=dict)
    """A name that stands several times has a list."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in small letters."""
    body: Any = None
    """A form as a map, JSON as what it says, else text; None when there is none."""


@dataclass(frozen=True)
class Reply:
    """The answer to an HTTP request, made up for a test."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


Fate = Literal["done", "again", "doubt", "refused", "skipped"]


@dataclass(frozen=True)
class Came:
    """What came of one try of a step."""

    fate: Fate
    """again: nothing happened, and waiting may mend it; doubt: nobody knows whether it happened; refused: waiting mends
    nothing; skipped: it may have happened and is left at that."""
    output: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    retry_after: float | None = None
    """Seconds the far side asked for."""


Send = Callable[[Asked], Reply]
Rehearse = Callable[[Any, Send], Came]
"""The parameters and what answers requests → what the action makes of the answers. Nothing leaves."""


@dataclass(frozen=True)
class OnlySecrets:
    """Marks a parameter that takes `${{ secrets.NAME }}`, or a list of such, alone: `Annotated[str, OnlySecrets()]`."""


@dataclass(frozen=True)
class RootedPath:
    """Marks a parameter that is a path of an API: what it begins with is written out, and values only fill segments."""


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
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Provider → generation → why it cannot do it, where that is known."""
    needs_call: bool = False
    """True when it acts on the live call of the event."""
    rehearse: Rehearse | None = None
    """For actions whose requests a test can answer."""


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
    fallback: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Kind → what is said to its events when no rule answers."""
    incoming: tuple[str, ...] = ()
    """The generations whose events can come in here; empty when nobody posts to it."""
    sends: frozenset[str] | None = None
    """The kinds its platform sends here; None when that is not known."""


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
    connections_file: str = ""
    """Where the connections are written, for findings about them."""
    answers: Mapping[str, Mapping[str, Mapping[str, frozenset[str]]]] = field(default_factory=dict)
    """Provider → kind → generation → keys of an answer that the platform can express."""
