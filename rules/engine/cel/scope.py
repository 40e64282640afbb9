"""Which names an expression of one rule may use, and the CEL environment that knows their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from rules.engine.cel import closed
from rules.engine.cel.celib import EXTENSIONS, TYPES, cel
from rules.engine.cel.functions import declarations
from rules.engine.cel.plain import EMPTY
from rules.engine.vocabulary import KindWords, Vocabulary

ITEM_NAMES: Mapping[str, str] = {"item": "dyn", "index": "whole"}
"""What `for_each` adds inside the step's `with`."""

_MEMORY: Mapping[str, str] = {"memory.call": "map", "memory.caller": "map"}
_FOR_EACH: Mapping[str, str] = {"outcome": "string", "items": "list"}


@dataclass(frozen=True)
class StepNames:
    """What one step with an id gives to those after it."""

    id: str
    output: tuple[tuple[str, str], ...]
    """Declared outputs and their type words; empty when the action declares none."""
    open: bool
    """Whether anything may be asked for, because the action declares nothing."""

    def words(self) -> dict[str, str]:
        """The qualified names with their type words."""
        names = {f"steps.{self.id}.{name}": word for name, word in self.output}
        if self.open:
            names[f"steps.{self.id}"] = "map"
        return names | {f"steps.{self.id}.outcome": "string"}


def names_of_step(id_: str, output: Mapping[str, str] | None, for_each: bool) -> StepNames:
    """The names of a step; `output` is None when its action is unknown."""
    if for_each:
        return StepNames(id_, tuple(_FOR_EACH.items()), open=False)
    return StepNames(id_, tuple(sorted((output or {}).items())), open=not output)


@dataclass(frozen=True)
class Scope:
    """The names of one rule."""

    env: Any
    words: Mapping[str, str]
    """Declared name → type word."""
    kinds: tuple[KindWords, ...]
    steps: tuple[str, ...]
    """Ids of steps, in the order of the file."""
    empties: Mapping[str, Any] = field(default_factory=dict)
    """Values for names that a kind reached through `on: {native: ...}` does not have."""
    elsewhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names this rule cannot use → the kinds that have them."""

    local_faults: Mapping[str, str] = field(default_factory=dict)
    """`vars.NAME` → why it cannot serve as opening hours; "" → why there is no local time."""

    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names that have one of a few values."""

    def groups(self) -> set[str]:
        """The first words of all names: call, event, tool, ..."""
        return {name.split(".")[0] for name in self.words}


class Scopes:
    """Makes scopes for one vocabulary and one set of vars, and keeps those it made: an environment is not free."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        vars_words: Mapping[str, str],
        zone: ZoneInfo,
        local_faults: Mapping[str, str] | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.vars_words = vars_words
        self.local_faults = local_faults or {}
        self._functions = declarations(zone)
        self._made: dict[tuple[Any, ...], Scope] = {}

    def scope(
        self, kinds: Sequence[str], steps: Sequence[StepNames], secrets: Iterable[str], unsure: bool = False
    ) -> Scope:
        """The scope of a rule that listens to these kinds. No kinds: whatever every call event has, or, when it is
        unsure which kinds were meant, whatever any has.
        """
        key = (tuple(kinds), tuple(steps), frozenset(secrets), unsure)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(
        self, kinds: tuple[str, ...], steps: tuple[StepNames, ...], secrets: frozenset[str], unsure: bool
    ) -> Scope:
        listed = () if unsure else tuple(self.vocabulary.kinds[name] for name in kinds)
        words = common_names(listed or _call_kinds(self.vocabulary))
        if unsure:
            words = {name: word for kind in self.vocabulary.kinds.values() for name, word in kind.names.items()}
        empties = {} if listed else {name: EMPTY[word] for name, word in words.items()}
        words |= {f"vars.{name}": word for name, word in self.vars_words.items()}
        words |= {**_MEMORY, **ITEM_NAMES} | {f"secrets.{name}": "string" for name in secrets}
        for step in steps:
            words |= step.words()
        ids = tuple(step.id for step in steps)
        return Scope(
            self._env(words),
            words,
            listed,
            ids,
            empties,
            self._elsewhere(words),
            self.local_faults,
            self._choices(listed),
        )

    def _choices(self, kinds: Sequence[KindWords]) -> dict[str, tuple[str, ...]]:
        """What is known about values: those of the names themselves, and of this installation."""
        connections = self.vocabulary.connections
        known = {
            "event.kind": tuple(kind.name for kind in kinds),
            "event.connection": tuple(sorted(connections)),
            "event.provider": tuple(sorted({words.provider for words in connections.values()})),
        }
        return {**closed.VALUES, **known}

    def _elsewhere(self, words: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for kind in self.vocabulary.kinds.values():
            for name in kind.names.keys() - words.keys():
                found[name] = (*found.get(name, ()), kind.name)
        return found

    def _env(self, words: Mapping[str, str]) -> Any:
        variables = {name: TYPES[word] for name, word in words.items()}
        return cel.NewEnv(variables=variables, extensions=list(EXTENSIONS), functions=self._functions)


def common_names(kinds: Sequence[KindWords]) -> dict[str, str]:
    """The names that all these kinds have, with the type they share."""
    if not kinds:
        return {}
    first, *others = kinds
    return {name: word for name, word in first.names.items() if all(other.names.get(name) == word for other in others)}


def _call_kinds(vocabulary: Vocabulary) -> tuple[KindWords, ...]:
    return tuple(kind for kind in vocabulary.kinds.values() if "call.id" in kind.names)
