from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.checkup.folder import folder_findings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


def found(folder: Path) -> list[tuple[str, str, str]]:
    return [(finding.level, finding.about, finding.advice) for finding in folder_findings(folder)]


def test_a_private_folder_is_fine(folder: Path) -> None:
    (folder / "secrets.env").touch(mode=0o600)
    assert found(folder) == [("ok", "data folder", "")]


def test_no_folder_is_nobodys_trouble(tmp_path: Path) -> None:
    assert found(tmp_path / "none") == []


def test_an_open_folder_is_a_warning(folder: Path) -> None:
    folder.chmod(0o750)
    assert found(folder) == [("warning", "data folder", f"chmod 700 {folder}")]


def test_open_secrets_are_an_error(folder: Path) -> None:
    secrets = folder / "secrets.env"
    secrets.touch()
    secrets.chmod(0o640)
    assert found(folder) == [("error", "secrets", f"chmod 600 {secrets}")]


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert found(tmp_path / "data")[0][:2] == ("error", "data folder")


def test_a_folder_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # for root every folder can be written
    assert found(folder)[0][:2] == ("error", "data folder")
