from __future__ import annotations

from pathlib import Path

from tests.conftest import LONGEST


def test_what_begins_first_is_there() -> None:
    assert [path for path in LONGEST if not Path(path).is_file()] == []
