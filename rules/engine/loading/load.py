"""Loads a folder of rules. A bad file never harms another: it gives findings, and the others are in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from rules.engine.findings import Finding
from rules.engine.loading.readrule import LoadedRule, ReadContext, read_context, read_rule
from rules.engine.loading.variables import VARS_FILE, Vars, overlaid, read_vars
from rules.engine.rule import Rule, Source, in_order
from rules.engine.source.yamlread import LARGEST_FILE
from rules.engine.vocabulary import Vocabulary

TEST_SUFFIX = ".test.yaml"
ASSISTANTS = "assistants"
NUMBERS_FILE = "numbers.yaml"
_NOT_RULES = frozenset({VARS_FILE, NUMBERS_FILE, "connections.yaml"})


@dataclass(frozen=True)
class Loaded:
    """A folder as it is in force."""

    rules: tuple[Rule, ...]
    """Valid rules in the order of their turns, disabled ones too."""
    findings: tuple[Finding, ...]
    vars: Vars
    files: tuple[LoadedRule, ...] = ()
    """Each file by itself, the bad ones too."""

    def rule(self, name: str) -> Rule | None:
        """The rule of that name."""
        return next((rule for rule in self.rules if rule.name == name), None)


class NoFolder(Exception):
    """The rules folder is not there or cannot be read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not a folder that can be read")
        self.folder = folder


def first_of_name(files: Iterable[LoadedRule]) -> Iterator[LoadedRule]:
    """A name belongs to one file: `a.yaml` comes before `a.yml`."""
    taken: dict[str, str] = {}
    for file in files:
        first = taken.setdefault(file.name, file.path)
        if first == file.path:
            yield file
            continue
        message = f'{Path(first).name} has the rule name "{file.name}" already'
        finding = Finding(file.path, 1, 1, file.name, message, "duplicate-name")
        yield replace(file, rule=None, findings=(*file.findings, finding))


class StaleDocument(Exception):
    """A kept version that no longer checks, because an action or a connection it names has gone."""

    def __init__(self, path: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"the kept version of {path} can no longer be used: {findings[0].message}")
        self.path = path
        self.findings = findings


def load_folder(folder: Path, vocabulary: Vocabulary, overrides: Mapping[str, str] | None = None) -> Loaded:
    """All rules of a folder, with some vars replaced where a deployment differs; raises NoFolder."""
    vars_ = load_vars(folder, overrides)
    context = read_context(vocabulary, vars_, load_assistants(folder))
    files = tuple(
        _unreadable(path) if (data := _bytes(path)) is None else read_rule(rule_name(path), shown(path), data, context)
        for path in rule_files(folder)
    )
    files = tuple(first_of_name(files))
    findings = [*vars_.findings, *_strays(folder)]
    for file in files:
        findings += file.findings
    return Loaded(in_order(file.rule for file in files if file.rule), tuple(sorted(findings)), vars_, files)


def load_rule(path: Path, vocabulary: Vocabulary, vars_: Vars, assistants: Mapping[str, str]) -> LoadedRule:
    """One file by itself."""
    data = _bytes(path)
    if data is None:
        return _unreadable(path)
    return read_rule(rule_name(path), shown(path), data, read_context(vocabulary, vars_, assistants))


@dataclass
class Shelf:
    """Reads the files of one folder again and again, with the same constants, and only those that have changed."""

    context: ReadContext
    _kept: dict[Path, tuple[bytes, LoadedRule]] = field(default_factory=dict)

    def load(self, files: Iterable[Path]) -> tuple[LoadedRule, ...]:
        """Each file, as it is now; a name belongs to one of them."""
        loaded = {path: self._load(path) for path in files}
        self._kept = {path: kept for path, kept in self._kept.items() if path in loaded}
        return tuple(first_of_name(loaded.values()))

    def _load(self, path: Path) -> LoadedRule:
        data = _bytes(path)
        if data is None:
            return _unreadable(path)
        kept = self._kept.get(path)
        if kept is None or kept[0] != data:
            kept = data, read_rule(rule_name(path), shown(path), data, self.context)
            self._kept[path] = kept
        return kept[1]


def load_document(document: bytes, vocabulary: Vocabulary) -> Rule:
    """The rule of a kept version (`Rule.document`), on whichever worker; raises StaleDocument."""
    source = Source.from_json(document)
    context = read_context(vocabulary, read_vars(source.vars_text, VARS_FILE), source.assistants)
    loaded = read_rule(source.name, source.path, source.text, context)
    if loaded.rule is None:
        raise StaleDocument(source.path, loaded.findings)
    return loaded.rule


def load_vars(folder: Path, overrides: Mapping[str, str] | None = None) -> Vars:
    """`vars.yaml` beside the rules; empty when there is none."""
    path = folder / VARS_FILE
    data = (_bytes(path) or b"") if path.is_file() else b""
    return read_vars(overlaid(data, overrides), shown(path)) if data or overrides else Vars()


def load_assistants(folder: Path) -> dict[str, str]:
    """File names as rules write them, `assistants/night.json`, with their texts."""
    found: dict[str, str] = {}
    for path in sorted((folder / ASSISTANTS).glob("*.json")):
        data = _bytes(path)
        if data is not None and len(data) <= LARGEST_FILE:
            found[f"{ASSISTANTS}/{path.name}"] = data.decode("utf-8-sig", "replace")
    return found


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a folder, by name."""
    if not folder.is_dir():
        raise NoFolder(folder)
    return sorted(path for path in folder.iterdir() if _is_rule(path))


def texts(folder: Path) -> Iterator[str]:
    """Every rule and test file as text, readable as YAML or not."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".yaml", ".yml") and path.name not in _NOT_RULES and path.is_file():
            yield (_bytes(path) or b"").decode("utf-8", "replace")


def rule_name(path: Path) -> str:
    """A rule is named after its file."""
    return path.stem


def shown(path: Path) -> str:
    """The path as findings name it: below the current folder where possible."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _is_rule(path: Path) -> bool:
    name = path.name
    if name.startswith(".") or name in _NOT_RULES or name.endswith(TEST_SUFFIX):
        return False
    return path.suffix in (".yaml", ".yml") and path.is_file()


def _strays(folder: Path) -> list[Finding]:
    """Files that look like rules where none are read."""
    strays: list[Finding] = []
    for below in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        for path in sorted(below.glob("*.y*ml")):
            message = "rule files lie in the rules folder itself; this one is not read"
            strays.append(Finding(shown(path), 1, 1, rule_name(path), message, "not-read", "warning"))
    return strays


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError:
        return None


def _unreadable(path: Path) -> LoadedRule:
    name = rule_name(path)
    return LoadedRule(name, shown(path), None, (Finding(shown(path), 1, 1, name, "the file cannot be read", "yaml"),))
