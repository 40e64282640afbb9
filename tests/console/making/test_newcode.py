from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from console.making.newcode import PROJECT, TEMPLATES, CannotLayOut, lay_out, next_steps


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """As much of a source checkout as is looked at."""
    for each in ("receiver/providers/__init__.py", "workers/actions/__init__.py", "pyproject.toml"):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / each, tmp_path / each)
    (tmp_path / "tests").mkdir()
    (tmp_path / "receiver" / "providers" / "payload.py").touch()
    return tmp_path


def snapshot(tree: Path) -> dict[str, str]:
    return {str(path.relative_to(tree)): path.read_text() for path in tree.rglob("*") if path.is_file()}


def test_a_provider_is_laid_out_with_everything_it_needs(tree: Path) -> None:
    written = {str(path.relative_to(tree)) for path in lay_out("provider", "acme", tree)}
    assert {"receiver/providers/acme/__init__.py", "receiver/providers/acme/NOTES.md"} <= written
    assert {"workers/clients/acme/client.py", "tests/workers/clients/acme/test_client.py"} <= written
    samples = {path.name for path in (tree / "receiver/providers/acme/samples").iterdir()}
    assert samples == {path.name for path in (tree / "receiver/providers/acme/expected").iterdir()}
    assert not any("NAME" in path or path.endswith(".txt") for path in written)
    assert "class Acme:" in (tree / "receiver/providers/acme/__init__.py").read_text()
    assert not any(f"__{word}__" in text for text in snapshot(tree).values() for word in ("Class", "dashed", "dotted"))


@pytest.mark.parametrize("name", ["aaa", "ge", "zzz"])
def test_the_registry_keeps_its_order(tree: Path, name: str) -> None:
    lay_out("provider", name, tree)
    text = (tree / "receiver/providers/__init__.py").read_text()
    imports = [line.split()[1] for line in text.splitlines() if line.startswith("from receiver.providers.")]
    assert imports == sorted(imports)
    assert f"    {name.capitalize()}(),\n)\n" in text


def test_an_action_is_laid_out_under_its_dotted_name(tree: Path) -> None:
    lay_out("action", "crm.note", tree)
    assert '@action("crm.note"' in (tree / "workers/actions/crm_note.py").read_text()
    registry = (tree / "workers/actions/__init__.py").read_text()
    assert "from workers.actions.crm_note import crm_note\n" in registry
    assert "        crm_note,\n        *PLATFORM" in registry


@pytest.mark.parametrize("name", ["", "Acme", "a-b", "../x", "9x", "class", "x" * 21, "a.b"])
def test_names_that_cannot_be(tree: Path, name: str) -> None:
    before = snapshot(tree)
    with pytest.raises(CannotLayOut, match="is no name for a provider: small letters and digits"):
        lay_out("provider", name, tree)
    assert snapshot(tree) == before


@pytest.mark.parametrize("name", ["crm..note", ".x", "x.", "crm.Note", "import"])
def test_names_that_no_action_can_have(tree: Path, name: str) -> None:
    with pytest.raises(CannotLayOut, match="is no name for an action"):
        lay_out("action", name, tree)


def test_what_is_there_stays(tree: Path) -> None:
    lay_out("provider", "acme", tree)
    before = snapshot(tree)
    for name in ("acme", "payload"):
        with pytest.raises(CannotLayOut, match="is there already"):
            lay_out("provider", name, tree)
    assert snapshot(tree) == before


def test_a_registry_that_was_written_anew_is_left_alone(tree: Path) -> None:
    (tree / "workers/actions/__init__.py").write_text("ACTIONS = {}\n")
    with pytest.raises(CannotLayOut, match="add it by hand"):
        lay_out("action", "crm.note", tree)
    assert not (tree / "workers/actions/crm_note.py").exists()


def test_only_in_a_source_checkout(tmp_path: Path) -> None:
    with pytest.raises(CannotLayOut, match=r"is no source checkout; clone the repository, run `make setup`"):
        lay_out("provider", "acme", tmp_path)


def test_what_is_next_names_files_that_are_there(tree: Path) -> None:
    lay_out("provider", "acme", tree)
    assert (tree / "receiver/providers/acme/samples").is_dir()
    assert "receiver/providers/acme/samples" in next_steps("provider", "acme")[0]
    assert "docs/rules.md" in next_steps("action", "crm.note")[1]
    assert all(path.suffix == ".txt" for path in TEMPLATES.rglob("*") if path.is_file())
