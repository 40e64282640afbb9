"""The lines of a file with the quotes that were forgotten, and the way back to the columns as they are written."""

from __future__ import annotations

from rules.engine.source.yamlfaults import Advice, has_apostrophes, single_quoted

_MOST = 20
_MOST_LINES = 20_000
"""How many lines are parsed again for the sake of forgotten quotes, over all the times."""


class Mended:
    """A file in which single quotes are put where YAML needs them. Lines and columns count from 1."""

    def __init__(self, written: list[str]) -> None:
        self.written = written
        """The lines of the file."""
        self.lines = list(written)
        """The lines to parse."""
        self._inserted: dict[int, list[int]] = {}
        self._opened: set[tuple[int, int]] = set()
        self._most = min(_MOST, max(2, _MOST_LINES // len(written)))

    def mend(self, advice: Advice) -> bool:
        """Put the quotes; False when that does not help, or when this line was mended before."""
        if not advice.spans or advice.line in self._inserted or len(self._inserted) >= self._most:
            return False
        line, mended, inserted, position = self.lines[advice.line - 1], "", [], 0
        for start, end in advice.spans:
            mended += line[position:start]
            text = line[start:end]
            if has_apostrophes(text):
                quoted = single_quoted(text[1:-1])
                inserted += [len(mended) + 1 + at for at in _added(text[1:-1])[1:-1]]
            else:
                self._opened.add((advice.line, len(mended) + 1))
                quoted = single_quoted(text)
                inserted += [len(mended) + 1 + at for at in _added(text)]
            mended, position = mended + quoted, end
        self.lines[advice.line - 1] = mended + line[position:]
        self._inserted[advice.line] = inserted
        return True

    def original(self, line: int, column: int) -> tuple[int, int]:
        """Where a place of the mended file stands in the written one."""
        if line not in self._inserted:
            return line, column
        return line, column - sum(inserted < column for inserted in self._inserted[line])

    def has_quote_at(self, line: int, column: int) -> bool:
        """Whether a value begins here with a quote that nobody wrote."""
        return (line, column) in self._opened


def _added(text: str) -> list[int]:
    """Positions, in the quoted text, of the characters that quoting added."""
    added, position = [0], 1
    for character in text:
        if character == "'":
            added.append(position)
            position += 1
        position += 1
    return [*added, position]
