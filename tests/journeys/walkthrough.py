"""Follows a page of the documentation: types its commands, saves its files, makes its changes, and compares.

A page is followed from top to bottom. Blocks mean: `yaml` a file, named in its first line; `diff` a change to the
latest file that holds what is removed (lines that are only added go to the end of the last one); `console` commands
after a `$`, each with what came out; `text` lines that the first terminal shows after the last file was saved. What
differs from run to run (ids, times, ports) is made equal on both sides.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from console.cli import main
from tests.docs.markdown import Block, blocks
from tests.journeys.stage import until

_EVENT = re.compile(r"evt_\w+")
_SAME: tuple[tuple[re.Pattern[str], str], ...] = (
    (_EVENT, "EVENT"),
    (re.compile(r"call-_\+([\d•]+)_[0-9a-f]{8}"), r"call-_+\1_CALL"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DATE"),
    (re.compile(r"\d\d:\d\d:\d\d(\.\d+)?"), "TIME"),
    (re.compile(r"-?\d+(\.\d+)? ?(ms|s)\b"), "N s"),
    (re.compile(r"[\d,]+ a second"), "N a second"),
    (re.compile(r"(→ \w+ [-\d.]+ s ?)+"), "→ STAGES "),
    (re.compile(r"[─ ]+"), " "),
)  # fmt: skip
"""What differs from run to run → what stands for it."""


_BESIDE = "→ webhook status-update "
"""What a platform tells beside a conversation that waits for no answer: its line comes whenever it was answered."""


def alike(text: str) -> list[str]:
    """The lines of an output, without what differs from run to run; those that have no place of their own come last."""
    for pattern, stand_in in _SAME:
        text = pattern.sub(stand_in, text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return sorted(lines, key=lambda line: _BESIDE in line)


@dataclass(frozen=True)
class Typed:
    """One command of a page, and what the page says comes out."""

    command: str
    shown: str
    line: int


def typed(block: Block) -> Iterator[Typed]:
    """The commands of a block."""
    line = block.line
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield Typed(command, shown, line + 1)
        line += part.count("\n")


@dataclass
class Walk:
    """One way through a page, with `folder` in the place of the one that the page names."""

    page: Path
    written: str
    """The folder as the page calls it."""
    folder: Path
    environ: Mapping[str, str]
    first_terminal: Callable[[], str]
    begin: Callable[[], None]
    """Starts what the page starts in its first terminal."""
    events: dict[str, str] = field(default_factory=dict)
    """The page's ids → those of this run."""
    files: list[Path] = field(default_factory=list)
    """Those that were saved or copied, the latest last."""
    said_before: int = 0
    differences: list[str] = field(default_factory=list)

    def follow(self) -> list[str]:
        """From top to bottom; what was different, in lines."""
        for block in blocks(self.page):
            steps = {"yaml": self._save, "diff": self._change, "console": self._type, "text": self._look}
            if block.language in steps:
                steps[block.language](block)
        return self.differences

    def _here(self, text: str) -> str:
        return text.replace(self.written, str(self.folder))

    def _save(self, block: Block) -> None:
        self._write(Path(self._here(block.file)), block.text)

    def _change(self, block: Block) -> None:
        before, after = (
            "".join(line[1:] for line in block.text.splitlines(True) if line[0] == sign) for sign in ("-", "+")
        )
        path = next(each for each in reversed(self.files) if before in each.read_text(encoding="utf-8"))
        text = path.read_text(encoding="utf-8")
        self._write(path, text.replace(before, after, 1) if before else text + after)

    def _write(self, path: Path, text: str) -> None:
        self.said_before = len(self.first_terminal())
        path.write_text(text, encoding="utf-8")
        self.files.append(path)

    def _type(self, block: Block) -> None:
        for each in typed(block):
            came = self._run(shlex.split(self._here(self._with_ids(each.command))))
            self.events |= dict(zip(_EVENT.findall(each.shown), _EVENT.findall(came), strict=False))
            if alike(each.shown) != alike(came.replace(str(self.folder), self.written)):
                self.differences.append(f"{self.page.name}:{each.line} $ {each.command}\n{came}")

    def _with_ids(self, command: str) -> str:
        return _EVENT.sub(lambda found: self.events.get(found[0], found[0]), command)

    def _run(self, words: list[str]) -> str:
        if words[:2] == ["hookswitch", "dev"]:
            self.begin()
        elif words[0] == "hookswitch":
            return CliRunner().invoke(main, words[1:], env=dict(self.environ)).output
        elif words[0] == "mkdir":
            Path(words[-1]).mkdir(parents=True, exist_ok=True)
        elif words[:2] == ["cp", "-r"]:
            shutil.copytree(words[2], words[3])
            self.files += sorted(Path(words[3]).iterdir())
        elif words[0] == "cp":
            for source in words[1:-1]:
                shutil.copy(source, words[-1])
        else:
            assert words[0] == "export", f"the walk does not know {words[0]}"
        return ""

    def _look(self, block: Block) -> None:
        wanted = alike(block.text)
        try:
            until(lambda: all(any(line in said for said in self._shown()) for line in wanted), 10)
        except AssertionError:
            said = "\n".join(self._shown())
            raise AssertionError(f"{block.where} is not what the first terminal says:\n{said}") from None

    def _shown(self) -> list[str]:
        """What the first terminal has said since the last file was saved."""
        return alike(self.first_terminal()[self.said_before :].replace(str(self.folder), self.written))
