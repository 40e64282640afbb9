"""Where a value of a YAML file stands, for a sentence that names the line and the column. Both count from 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml


class Places:
    """The places of one file; of a file that cannot be read every place is its beginning."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        try:
            self._root = yaml.compose(text, yaml.SafeLoader)
        except yaml.YAMLError:
            self._root = None

    @classmethod
    def of_file(cls, path: Path) -> Places:
        """Those of this file."""
        try:
            return cls(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return cls("")

    def at(self, keys: Sequence[str], offset: int = 0, *, key: bool = False) -> tuple[int, int]:
        """Line and column of a character of the value that these keys lead to, or of the last key itself.

        Of keys that lead nowhere, as far as they go.
        """
        node, name = self._root, self._root
        for word in keys:
            found = _below(node, word)
            if found is None:
                break
            name, node = found
        shown = name if key else node
        if shown is None:
            return 1, 1
        if isinstance(shown, yaml.ScalarNode) and not key:
            return self._inside(shown, offset)
        return shown.start_mark.line + 1, shown.start_mark.column + 1

    def _inside(self, node: yaml.ScalarNode, offset: int) -> tuple[int, int]:
        """Folded and quoted texts by counting the characters that are not blank, which folding keeps."""
        line, column = node.start_mark.line, node.start_mark.column
        if node.style in ("|", ">"):
            line, column = line + 1, 0
        elif node.style:
            column += 1
        wanted = sum(not character.isspace() for character in node.value[:offset])
        escaped = node.style == "'"
        while line < len(self._lines):
            text = self._lines[line]
            while column < len(text):
                if not text[column].isspace():
                    if wanted == 0:
                        return line + 1, column + 1
                    wanted -= 1
                    column += escaped and text.startswith("''", column)
                column += 1
            line, column = line + 1, 0
        return node.end_mark.line + 1, node.end_mark.column + 1


def _below(node: yaml.Node | None, word: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value under this word, or the item of this number for both."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == word), None)
    if isinstance(node, yaml.SequenceNode) and word.isdigit() and int(word) < len(node.value):
        return node.value[int(word)], node.value[int(word)]
    return None
