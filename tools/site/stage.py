"""The pages of the site in a folder of their own, at the paths they have in the project, so that links stay right.

Three things change. The site begins with docs/index.md. A file that a page links to comes along. A link to a folder,
which a site does not have, becomes plain text, and a picture drawn by a script from elsewhere stays away.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTS = (
    "docs/**/*.md", "docs/*.svg", "rules/README.md", "receiver/providers/*/NOTES.md", "workers/clients/*/NOTES.md",
    "console/sandbox/NOTES.md", "NOTES.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
)  # fmt: skip
INDEX = "docs/index.md"
_LINK = re.compile(r"(?P<all>!?\[(?P<text>[^\]]*)\]\((?P<to>[^)\s]+)\))")
_DRAWN = re.compile(r"^```mermaid\n.*?^```\n", re.MULTILINE | re.DOTALL)
_ELSEWHERE = ("http://", "https://", "mailto:", "#")


def pages() -> list[str]:
    """What the site consists of, by its path in the project."""
    return sorted({path.relative_to(ROOT).as_posix() for pattern in LISTS for path in ROOT.glob(pattern)})


def stage(target: Path) -> Path:
    """Lay the tree out anew."""
    shutil.rmtree(target, ignore_errors=True)
    for name in pages():
        if name.endswith(".md"):
            _write(target, name)
        else:
            _copy(target, name)
    return target


def _write(target: Path, name: str) -> None:
    text = _DRAWN.sub("", (ROOT / name).read_text(encoding="utf-8"))
    text = _LINK.sub(lambda found: _link(target, name, found), text)
    path = target / ("index.md" if name == INDEX else name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _link(target: Path, page: str, found: re.Match[str]) -> str:
    to, whole = found["to"], found["all"]
    if to.startswith(_ELSEWHERE):
        return whole
    file, _, anchor = to.partition("#")
    meant = (ROOT / page).parent.joinpath(file).resolve()
    if meant.is_dir():
        return found["text"]
    if meant.is_file() and meant.suffix != ".md":
        _copy(target, meant.relative_to(ROOT).as_posix())
    if page != INDEX:
        return whole
    return whole.replace(f"({to})", f"({meant.relative_to(ROOT).as_posix()}{'#' if anchor else ''}{anchor})")


def _copy(target: Path, name: str) -> None:
    path = target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / name, path)
