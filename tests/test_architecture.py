"""The shape of the project, kept by tests: who may import whom, and every module has its test file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

OURS = frozenset({"receiver", "store", "rules", "workers", "console"})
ARROWS: dict[str, tuple[str, ...]] = {
    "store": ("store",),
    "rules.engine": ("rules.engine",),
    "receiver": ("receiver", "store"),
    "workers": ("workers", "store", "rules.engine", "receiver.raw", "receiver.providers"),
    "console": ("console", "workers", "store", "rules", "receiver"),
}


def sources(room: str) -> list[Path]:
    return sorted(Path(room.replace(".", "/")).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            assert node.level == 0, f"{path}: relative import"


def allowed(module: str, room: str) -> bool:
    return any(module == arrow or module.startswith(f"{arrow}.") for arrow in ARROWS[room])


@pytest.mark.parametrize("room", ARROWS)
def test_nothing_walks_against_the_arrows(room: str) -> None:
    wrong = [
        f"{path} imports {module}"
        for path in sources(room)
        for module in imports(path)
        if module.split(".")[0] in OURS and not allowed(module, room)
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ARROWS)
def test_every_module_has_its_tests(room: str) -> None:
    missing = [
        str(path)
        for path in sources(room)
        if path.name != "__init__.py" and not (Path("tests") / path.parent / f"test_{path.name}").exists()
    ]
    assert missing == []


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in Path("tests").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
