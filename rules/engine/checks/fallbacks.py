"""Fallbacks that lose the call they were meant to save: nothing in them that the platform could act on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rules.engine.findings import Finding, one_of
from rules.engine.loading.readanswer import IMPLIED, ONE_OF
from rules.engine.source.nodes import Map, Node
from rules.engine.source.yamlread import LARGEST_FILE, read_yaml
from rules.engine.vocabulary import ConnectionWords, Vocabulary

KIND = "assistant-request"
"""The kind whose fallback decides whether a call goes on at all."""


def losing(words: ConnectionWords) -> Iterator[tuple[str, str]]:
    """Generations on which the connection's fallback loses the call, each with what it could say there instead."""
    answers = words.answers.get(KIND, {})
    given = words.fallback.get(KIND, {})
    said = given.keys() & set(ONE_OF[KIND]) or {means for key, means in IMPLIED[KIND].items() if key in given}
    for generation in words.incoming:
        if generation in answers and not said & answers[generation]:
            yield generation, one_of(sorted(answers[generation] & set(ONE_OF[KIND])))


def sentence(words: ConnectionWords, generation: str) -> str:
    """What is wrong, the same in `check` and `doctor`."""
    said = ", ".join(words.fallback.get(KIND, {})) or "empty"
    return f"to {KIND} is {said}, which loses the call on {generation or words.provider}"


def check_fallbacks(vocabulary: Vocabulary) -> list[Finding]:
    """A finding in the connections file for each connection whose fallback loses calls."""
    lost = [(words, *found) for words in vocabulary.connections.values() for found in losing(words)]
    if not lost:
        return []
    path = vocabulary.connections_file or "connections.yaml"
    root = _root(vocabulary.connections_file)
    findings = []
    for words, generation, instead in lost:
        at = _place(root, words.name)
        message = f"the fallback {sentence(words, generation)}; give {KIND} a {instead} there"
        line, column = (at.line, at.column) if at else (1, 1)
        findings.append(Finding(path, line, column, words.name, message, "loses-call"))
    return findings


def _root(path: str) -> Node | None:
    try:
        return read_yaml(Path(path).read_bytes()[: LARGEST_FILE + 1]).root if path else None
    except OSError:
        return None


def _place(root: Node | None, name: str) -> Node | None:
    """The fallback, or as much of the way to it as is written."""
    found: Node | None = None
    for word in ("connections", name, "fallback", KIND):
        key = root.key(word) if isinstance(root, Map) else None
        root = root.get(word) if isinstance(root, Map) else None
        found = key or found
    return found
