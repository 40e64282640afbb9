"""Wrong files and, beside each, a right one as like it as possible; `corpus/reading.py` says how they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.engine.checks.codes import CODES
from rules.engine.findings import has_errors
from rules.engine.loading.load import load_folder
from tests.rules.corpus.reading import CORPUS, check, differences, expected, lay_out, words

WRONG = sorted(path for path in (CORPUS / "wrong").glob("*.yaml"))
FOLDERS = sorted(path for path in (CORPUS / "wrong").iterdir() if path.is_dir())
RIGHT = sorted((CORPUS / "right").glob("*.yaml"))
RIGHT_FOLDERS = sorted(path for path in (CORPUS / "right").iterdir() if path.is_dir())


def members(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix != ".txt")


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_wrong_file_by_itself(path: Path, tmp_path: Path) -> None:
    wanted = expected(path)
    assert wanted, "a wrong file says what is found in it"
    assert differences(wanted, check(lay_out(tmp_path, [path]))) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_wrong_folder(folder: Path, tmp_path: Path) -> None:
    wanted = [each for path in sorted(folder.rglob("*.y*ml")) for each in expected(path)]
    assert wanted
    assert differences(wanted, check(lay_out(tmp_path, members(folder)))) == []


def test_all_wrong_files_in_one_run(tmp_path: Path) -> None:
    wanted = [each for path in WRONG for each in expected(path)]
    assert differences(wanted, check(lay_out(tmp_path, WRONG))) == []


def test_all_right_files_in_one_run(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, RIGHT)
    assert [finding.text for finding in check(folder)] == []
    in_force = {rule.name for rule in load_folder(folder, words(folder)).rules}
    assert in_force == {path.stem for path in RIGHT} | {"shop_closes"}


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_a_right_file_by_itself(path: Path, tmp_path: Path) -> None:
    assert [finding.text for finding in check(lay_out(tmp_path, [path]))] == []


@pytest.mark.parametrize("folder", RIGHT_FOLDERS, ids=lambda path: path.name)
def test_a_right_folder(folder: Path, tmp_path: Path) -> None:
    assert [finding.text for finding in check(lay_out(tmp_path, members(folder)))] == []


def test_a_wrong_file_is_not_in_force_and_harms_no_other(tmp_path: Path) -> None:
    folder = lay_out(tmp_path, WRONG)
    loaded = load_folder(folder, words(folder))
    bad = {file.name for file in loaded.files if has_errors(file.findings)}
    assert {rule.name for rule in loaded.rules} == {file.name for file in loaded.files} - bad
    assert len(bad) > 100


def test_every_code_has_a_wrong_file_with_a_right_neighbour() -> None:
    right = {path.stem for path in RIGHT} | {path.name for path in RIGHT_FOLDERS}
    paired = {
        each.code
        for case in [*WRONG, *FOLDERS]
        if case.stem in right
        for path in ([case] if case.is_file() else case.rglob("*.y*ml"))
        for each in expected(path)
    }
    assert CODES.keys() - paired == {"mapping"}, "a mapping stands in the connections file, and has tests of its own"
    assert paired - CODES.keys() == set()


def test_the_corpus_is_large() -> None:
    assert len(WRONG) + len(FOLDERS) >= 120
