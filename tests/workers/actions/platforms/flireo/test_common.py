from __future__ import annotations

import pytest

from tests.workers.actions.support import Platform, given
from workers.actions.platforms.flireo import FLIREO_ACTIONS
from workers.actions.platforms.flireo.common import FIRST, LATER, first, later
from workers.clients.errors import Unsupported


def test_each_action_is_of_one_platform_and_of_the_generations_that_have_it() -> None:
    assert {each.name.partition(".")[0] for each in FLIREO_ACTIONS} == {"flireo"}
    assert all(each.platforms in (FIRST, LATER) for each in FLIREO_ACTIONS)


def test_the_client_speaks_the_generation_of_the_connection() -> None:
    assert first(given(Platform({}), "flireo", "g1")).version_path == "/v1"
    assert later(given(Platform({}), "flireo", "g2")).version_path == ""
    with pytest.raises(Unsupported, match=r"Flireo \(g1\) cannot do this"):
        later(given(Platform({}), "flireo", "g1"))
