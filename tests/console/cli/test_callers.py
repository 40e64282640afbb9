from __future__ import annotations

import pytest

from console.cli.callers import caller_of
from console.cli.errors import CannotRun


def test_a_number_in_any_notation_or_a_sentence() -> None:
    assert caller_of("06-12340001", "nl").e164 == "+31612340001"
    with pytest.raises(CannotRun, match="--region"):
        caller_of("06-12340001", "")
