"""`numbers.yaml` as a worker applies it: read again when it or vars.yaml changes, and never a worse one for a better.

A file that is wrong leaves the last good one in force, also after a restart, since the store remembers it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rules.engine.findings import Finding
from rules.engine.loading.load import NUMBERS_FILE, load_vars, shown
from rules.engine.loading.variables import VARS_FILE, Vars
from rules.engine.numbers.beside import numbers_findings
from rules.engine.numbers.desired import NumbersFile
from rules.engine.numbers.read import document_of, of_document, read_numbers
from rules.engine.vocabulary import Vocabulary
from store.numbers import Numbers

logger = logging.getLogger(__name__)

GONE_AFTER = 3
"""Looks at which the file is missing before it is taken to be gone: editors and git take files away to replace them."""

Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass
class Watched:
    """The file of one rules folder."""

    folder: Path
    vocabulary: Vocabulary
    overrides: Mapping[str, str]
    numbers: Numbers
    file: NumbersFile | None = None
    """What is in force; None when nothing is kept."""
    refused: tuple[Finding, ...] = ()
    """What is wrong with the file as it lies there."""
    _stamp: Stamp | None = None
    _missing: int = 0
    _document: bytes = field(default=b"", repr=False)

    async def look(self) -> bool:
        """Take over what has changed; whether something else is in force now."""
        stamp = tuple(_stamp(self.folder / name) for name in (NUMBERS_FILE, VARS_FILE))
        if stamp == self._stamp and stamp[0]:
            return False
        if stamp[0] is None:
            return await self._gone()
        self._missing, before = 0, self._document
        await self._read()
        self._stamp = stamp
        return self._document != before

    async def _gone(self) -> bool:
        self._missing += 1
        if self.file is None or self._missing < GONE_AFTER:
            return False
        logger.warning("numbers.yaml was taken away, no number is kept any more")
        await self.numbers.forget_file()
        self.file, self._stamp, self._document, self.refused = None, None, b"", ()
        return True

    async def _read(self) -> None:
        try:
            text = (self.folder / NUMBERS_FILE).read_bytes().decode("utf-8-sig", "replace")
        except OSError as error:
            logger.warning("numbers.yaml cannot be read", extra={"why": repr(error)})
            return
        vars_ = load_vars(self.folder, self.overrides)
        fresh = read_numbers(text, shown(self.folder / NUMBERS_FILE), vars_)
        self.refused = self._errors(fresh, vars_)
        if self.refused:
            await self._hold_back(fresh.path)
        elif (document := document_of(text, vars_.text)) != self._document:
            await self.numbers.keep_file(document)
            self.file, self._document = fresh, document
            logger.warning("numbers are kept by this file", extra={"file": fresh.path, "numbers": len(fresh.kept)})

    def _errors(self, file: NumbersFile, vars_: Vars) -> tuple[Finding, ...]:
        found = (*vars_.findings, *numbers_findings(file, self.vocabulary, (), vars_))
        return tuple(finding for finding in found if finding.severity == "error")

    async def _hold_back(self, path: str) -> None:
        if self.file is None and (document := await self.numbers.file()):
            self.file, self._document = of_document(document, path), document
        instead = "the last good file stays in force" if self.file else "no number is kept"
        for finding in self.refused:
            logger.error(f"{finding.text} ({instead})", extra={"code": finding.code})


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
