"""The first lines of a provider or an action, laid out in a source checkout: they work and are tested.

The templates lie under `scaffold/`, at the paths their copies get. `NAME` in a path and `__name__` in a text stand for
the name, `__Class__` for it as a class, `__dashed__` and `__Dashed__` for it in headers, `__dotted__` as it was given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from keyword import iskeyword
from pathlib import Path
from typing import Literal

TEMPLATES = Path(__file__).parent / "scaffold"
PROJECT = Path(__file__).parents[2]
What = Literal["provider", "action"]

_NAMES: Mapping[What, re.Pattern[str]] = {
    "provider": re.compile(r"[a-z][a-z0-9]{1,19}"),
    "action": re.compile(r"(?=.{2,18}$)[a-z][a-z0-9]*([._][a-z0-9]+)*"),
}
_RULES: Mapping[What, str] = {
    "provider": "small letters and digits, beginning with a letter, 20 at most",
    "action": "small letters and digits with . or _ between them, such as crm.note, 18 characters at most",
}
_IMPORT = re.compile(r"from ([\w.]+) import ")


class CannotLayOut(Exception):
    """Nothing was written; the message says why."""


@dataclass(frozen=True)
class Entry:
    """The lines that put something into its registry."""

    file: str
    module: str
    imported: str
    before: str
    line: str


def lay_out(what: What, given: str, root: Path = PROJECT) -> list[Path]:
    """Write the files and the registry entry, all or nothing; raises CannotLayOut."""
    if not _NAMES[what].fullmatch(given) or iskeyword(given):
        raise CannotLayOut(f'"{given}" is no name for {"an" if what == "action" else "a"} {what}: {_RULES[what]}')
    if not all((root / each).exists() for each in ("pyproject.toml", "tests", "receiver", "workers")):
        raise CannotLayOut(f"{root} is no source checkout; clone the repository, run `make setup`, and try again there")
    files = {root / path: text for path, text in _files(what, given).items()}
    for path in [*files, *(path.parent.with_suffix(".py") for path in files)]:
        if path.exists():
            raise CannotLayOut(f"{path.relative_to(root)} is there already")
    entry = _entry(what, given)
    registered = _registered((root / entry.file).read_text(encoding="utf-8"), entry)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / entry.file).write_text(registered, encoding="utf-8")
    return [*files, root / entry.file]


def next_steps(what: What, given: str) -> list[str]:
    """What a person does then, one sentence each."""
    name = _words(given)["__name__"]
    if what == "action":
        return [
            f"write what it does: workers/actions/{name}.py, and its test",
            "add its row to docs/rules.md and its name to tests/workers/actions/test_registry.py",
            "make docs, then make test",
        ]
    return [
        f"put real payloads into receiver/providers/{name}/samples, and what they mean into expected/",
        f"pytest tests/contract/test_providers.py tests/receiver/providers/{name} tests/workers/clients/{name}",
        f"write down what is known, and from where: receiver/providers/{name}/NOTES.md",
        "make docs, then make test; docs/add-a-platform.md has the whole way",
    ]


def _words(given: str) -> dict[str, str]:
    name = given.replace(".", "_")
    title = "".join(word.capitalize() for word in name.split("_"))
    return {
        "__name__": name,
        "__Class__": title,
        "__dashed__": name.replace("_", "-"),
        "__Dashed__": "-".join(word.capitalize() for word in name.split("_")),
        "__dotted__": given,
    }


def _files(what: What, given: str) -> dict[str, str]:
    base, words = TEMPLATES / what, _words(given)
    found = sorted(path for path in base.rglob("*.txt"))
    return {
        str(path.relative_to(base)).replace("NAME", words["__name__"]).removesuffix(".txt"): _sorted_imports(
            _filled(path.read_text(encoding="utf-8"), words)
        )
        for path in found
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    for placeholder, word in words.items():
        text = text.replace(placeholder, word)
    return text


def _entry(what: What, given: str) -> Entry:
    words = _words(given)
    name, title = words["__name__"], words["__Class__"]
    if what == "provider":
        module = f"receiver.providers.{name}"
        return Entry("receiver/providers/__init__.py", module, title, "\n)\n\n\ndef provider_named", f"    {title}(),")
    return Entry(
        "workers/actions/__init__.py", f"workers.actions.{name}", name, "\n        *PLATFORM", f"        {name},"
    )


def _registered(text: str, entry: Entry) -> str:
    """The registry's module with the import and the entry in it."""
    place = text.find(entry.before)
    if place < 0:
        raise CannotLayOut(f"{entry.file} is not written so that an entry can be added; add it by hand")
    text = f"{text[:place]}\n{entry.line}{text[place:]}"
    lines = text.splitlines(keepends=True)
    own = entry.module.rpartition(".")[0]
    after = [
        at for at, line in enumerate(lines)
        if (found := _IMPORT.match(line)) and found[1].startswith(f"{own}.") and found[1] > entry.module
    ]  # fmt: skip
    at = after[0] if after else _end_of_imports(lines, own)
    lines.insert(at, f"from {entry.module} import {entry.imported}\n")
    return "".join(lines)


def _end_of_imports(lines: list[str], own: str) -> int:
    """The line behind the last import of this package, which is written in one line."""
    return 1 + max(at for at, line in enumerate(lines) if line.startswith(f"from {own}."))


def _sorted_imports(text: str) -> str:
    """Neighbouring imports in the order of their modules, wherever the new name falls."""
    stretches = groupby(text.splitlines(keepends=True), lambda line: bool(_IMPORT.match(line)))
    return "".join("".join(sorted(lines, key=_module) if imports else lines) for imports, lines in stretches)


def _module(line: str) -> str:
    return line.split(" ")[1]
