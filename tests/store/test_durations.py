from __future__ import annotations

from typing import Any

import pytest

from store.durations import seconds


@pytest.mark.parametrize(
    ("written", "wanted"),
    [("300ms", 0.3), ("4s", 4), ("1m30s", 90), ("2h", 7200), ("7d", 604800), ("1w", 604800), (3, 3), ("1.5s", 1.5)],
)
def test_durations(written: Any, wanted: float) -> None:
    assert seconds(written) == pytest.approx(wanted)


@pytest.mark.parametrize("written", ["", "4", "4 s", "s", "4x", "-4s", "4s!", True, None, "1e3s"])
def test_what_is_no_duration(written: Any) -> None:
    with pytest.raises(ValueError, match="write for example"):
        seconds(written)
