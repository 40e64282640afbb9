"""The corpus: files with the findings they shall get written on top, as `# finds 3:5 code part of the message`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rules.engine.checks.check import check_folder
from rules.engine.findings import Finding
from rules.engine.vocabulary import Vocabulary
from store.connections import load_connections
from workers.vocabulary import vocabulary

CORPUS = Path(__file__).parent
_EXPECTED = re.compile(r"^\ufeff?# finds (\d+):(\d+) ([a-z-]+) (.+?)\r?$", re.MULTILINE)
_WORDS: dict[bytes, Vocabulary] = {}
_TEST = "cases:\n  - { name: stands for a test, event: { fields: {} }, expect: { outcome: ran } }\n"


@dataclass(frozen=True)
class Expected:
    """One finding that shall be there."""

    file: str
    line: int
    column: int
    code: str
    part: str

    def fits(self, finding: Finding) -> bool:
        place = (Path(finding.path).name, finding.line, finding.column, finding.code)
        return place == (self.file, self.line, self.column, self.code) and self.part in finding.message


def expected(path: Path) -> list[Expected]:
    """What stands in the file about its findings."""
    beside = path.with_suffix(".finds")
    text = (beside if beside.exists() else path).read_bytes().decode("utf-8", "replace")
    return [
        Expected(path.name, int(line), int(column), code, part) for line, column, code, part in _EXPECTED.findall(text)
    ]


def words(folder: Path) -> Vocabulary:
    """The vocabulary with the connections of the folder; most folders have the same."""
    path = folder / "connections.yaml"
    content = path.read_bytes()
    if content not in _WORDS:
        _WORDS[content] = vocabulary(load_connections(path, {}, "neither"), {"crm_token", "mail_account"})
    return replace(_WORDS[content], connections_file=str(path))


def lay_out(folder: Path, files: Iterable[Path]) -> Path:
    """A rules folder with these files, what is always there, and a test for each rule that has none."""
    shutil.copytree(CORPUS / "always", folder, dirs_exist_ok=True)
    for path in files:
        if path.is_dir():
            shutil.copytree(path, folder / path.name, dirs_exist_ok=True)
        else:
            shutil.copy(path, folder / path.name)
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        plain = path.name not in ("vars.yaml", "numbers.yaml", "connections.yaml") and not path.name.endswith(
            ".test.yaml"
        )
        if plain and "# no test" not in path.read_text(encoding="utf-8", errors="replace"):
            test = folder / f"{path.stem}.test.yaml"
            if not test.exists():
                test.write_text(_TEST, encoding="utf-8")
    return folder


def check(folder: Path) -> list[Finding]:
    """Everything `check` says about the folder."""
    return check_folder(folder, words(folder))


def differences(wanted: Iterable[Expected], found: Iterable[Finding]) -> list[str]:
    """What is missing and what is too much, in words; empty when all is as written."""
    left = list(found)
    missing = []
    for each in wanted:
        fitting = next((finding for finding in left if each.fits(finding)), None)
        if fitting is None:
            missing.append(f"missing {each.file}:{each.line}:{each.column} {each.code} {each.part}")
        else:
            left.remove(fitting)
    return missing + [f"too much {Path(f.path).name}:{f.line}:{f.column} {f.code} {f.message}" for f in left]
