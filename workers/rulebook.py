"""The rules in force, kept up to date with their folder: each file by itself, and never a worse one for a better.

A file that fails `check` leaves its last good version in force, also after a restart, since the store remembers which
version that was. vars.yaml and the assistants are taken over only when every rule in force still checks with them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rules.engine.findings import Finding, has_errors
from rules.engine.loading.load import (
    NoFolder,
    Shelf,
    StaleDocument,
    load_assistants,
    load_document,
    load_vars,
    rule_files,
    rule_name,
)
from rules.engine.loading.readrule import LoadedRule, read_context
from rules.engine.loading.variables import Vars
from rules.engine.rule import Rule, in_order
from rules.engine.vocabulary import Vocabulary

logger = logging.getLogger(__name__)

_VARS = "vars"
"""What findings about vars.yaml name instead of a rule."""


@dataclass(frozen=True)
class Constants:
    """What all rules of a folder share."""

    vars: Vars
    assistants: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What one look at the folder changed."""

    swapped: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    held_back: tuple[Finding, ...] = ()
    """Errors for which something better stays in force."""
    mended: tuple[str, ...] = ()
    """Names of files that were wrong and say again what is in force."""

    def __bool__(self) -> bool:
        return bool(self.swapped or self.removed or self.held_back or self.mended)


@dataclass
class RuleBook:
    """The rules of one folder as this process applies them."""

    folder: Path
    vocabulary: Vocabulary
    overrides: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    followed: bool = False
    """Whether the folder is watched, so that no change passes by."""
    _constants: Constants | None = None
    _shelf: Shelf | None = None
    _in_force: dict[str, Rule] = field(default_factory=dict)
    _order: tuple[Rule, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """In the order of their turns; a new tuple after every change."""
        return self._order

    def rule(self, name: str) -> Rule | None:
        """The rule of that name that is in force."""
        return self._in_force.get(name)

    @property
    def bad_files(self) -> frozenset[str]:
        """Names of rules whose file is wrong at the moment."""
        return frozenset(finding.rule for finding in self.findings if finding.severity == "error")

    def remember(self, documents: Iterable[bytes]) -> None:
        """Last good versions from before a restart, for files that are wrong now."""
        for document in documents:
            try:
                rule = load_document(document, self.vocabulary)
            except StaleDocument as error:
                logger.warning("a remembered rule no longer checks", extra={"rule": error.path})
                continue
            if rule.name in self.bad_files:
                self._in_force.setdefault(rule.name, rule)
        self._order = in_order(self._in_force.values())

    def look(self) -> Change:
        """Read the folder again; raises NoFolder when it is gone, and then everything stays in force."""
        files = rule_files(self.folder)
        fresh = Constants(load_vars(self.folder, self.overrides), load_assistants(self.folder))
        shelf = self._shelf if self._shelf and fresh == self._constants else self._fresh_shelf(fresh)
        loaded = shelf.load(files)
        refusals = self._refusals(fresh, loaded)
        if refusals and self._shelf:
            loaded = self._shelf.load(files)
        else:
            self._constants, self._shelf = fresh, shelf
        return self._take_over(loaded, (*fresh.vars.findings, *refusals))

    def _fresh_shelf(self, constants: Constants) -> Shelf:
        return Shelf(read_context(self.vocabulary, constants.vars, constants.assistants))

    def misses_files(self) -> bool:
        """Whether a file of a rule in force is gone, if only while it is being replaced. False when the folder is."""
        try:
            there = {rule_name(path) for path in rule_files(self.folder)}
        except NoFolder:
            return False
        return not self._in_force.keys() <= there

    def _refusals(self, fresh: Constants, loaded: Iterable[LoadedRule]) -> tuple[Finding, ...]:
        """Why the new constants may not be taken over: rules whose own file did not change fail with them."""
        if self._constants is None or fresh == self._constants:
            return ()
        if has_errors(fresh.vars.findings):
            return tuple(fresh.vars.findings)
        return tuple(
            finding
            for file in loaded
            if file.rule is None and self._is_unchanged(file)
            for finding in file.findings
            if finding.severity == "error"
        )

    def _is_unchanged(self, file: LoadedRule) -> bool:
        rule = self._in_force.get(file.name)
        if rule is None:
            return False
        try:
            return (self.folder / Path(file.path).name).read_text(encoding="utf-8-sig") == rule.source.text
        except (OSError, UnicodeDecodeError):
            return False

    def _take_over(self, loaded: Iterable[LoadedRule], others: tuple[Finding, ...]) -> Change:
        loaded = tuple(loaded)
        good = {file.name: file.rule for file in loaded if file.rule}
        swapped = [name for name, rule in good.items() if not _same(self._in_force.get(name), rule)]
        removed = [name for name in self._in_force if name not in {file.name for file in loaded}]
        self._in_force |= {name: good[name] for name in swapped}
        for name in removed:
            del self._in_force[name]
        before, were_bad = self.findings, self.bad_files
        self.findings = tuple(sorted({*others, *(f for file in loaded for f in file.findings)}))
        self._order = in_order(self._in_force.values())
        news = tuple(f for f in self.findings if f.severity == "error" and f not in before)
        there = {_VARS, *(file.name for file in loaded)}
        mended = (were_bad - self.bad_files - set(swapped)) & there
        return Change(tuple(sorted(swapped)), tuple(sorted(removed)), news, tuple(sorted(mended)))


def _same(before: Rule | None, after: Rule) -> bool:
    return before is not None and before.version == after.version


def open_rulebook(folder: Path, vocabulary: Vocabulary, overrides: Mapping[str, str]) -> RuleBook:
    """The rules of a folder, read once; raises NoFolder."""
    book = RuleBook(folder, vocabulary, overrides)
    book.look()
    return book
