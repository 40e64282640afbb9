from __future__ import annotations

import pytest

from store.client import deserialise, serialise


def test_jobs_are_json_both_ways() -> None:
    job: dict[str, object] = {"t": None, "f": "event", "a": ["evt_1"], "k": {}, "et": 5}
    assert deserialise(serialise(job)) == job


@pytest.mark.parametrize("payload", [b"", b"[]", b"\x80\x04K\x01.", b"3"])
def test_anything_else_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one
        deserialise(payload)
