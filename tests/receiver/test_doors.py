from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.doors import Way, methods_at, way_of


@pytest.mark.parametrize(
    ("rest", "way"),
    [
        (None, Way()),
        ("t0ken", Way(token="t0ken")),
        ("context", Way("context")),
        ("t0ken/context", Way("context", token="t0ken")),
        ("data", Way("data")),
        ("tools/look_up", Way("tools", "look_up")),
        ("t0ken/tools/look_up", Way("tools", "look_up", "t0ken")),
        ("t0ken/tools/context", Way("tools", "context", "t0ken")),
    ],
)
def test_a_path_leads_to_a_door(rest: str | None, way: Way) -> None:
    assert way_of(rest) == way


@pytest.mark.parametrize(
    "rest", ["", "/", "tools", "tools/", "tools/a/b", "context/x", "a/b", "a/tools", "a/tools/", "a/data/x", "a/"]
)
def test_other_paths_lead_nowhere(rest: str) -> None:
    assert way_of(rest) is None


@given(st.text(alphabet="/tolsdacnex1"))
def test_no_path_raises(rest: str) -> None:
    way = way_of(rest)
    assert way is None or way.door in {"", "tools", "context", "data"}


def test_a_provider_takes_nothing_where_it_has_no_door() -> None:
    doors = {"": {"POST"}, "context": {"GET", "POST"}}
    assert methods_at(doors, Way("context")) == {"GET", "POST"}
    assert not methods_at(doors, Way("data"))
