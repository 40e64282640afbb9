from __future__ import annotations

import pytest

from tests.workers.actions.support import Platform, given
from workers.actions.platforms.vapi import VAPI_ACTIONS
from workers.actions.platforms.vapi.common import vapi
from workers.clients.errors import Unsupported


def test_each_action_is_of_one_platform() -> None:
    assert {each.name.partition(".")[0] for each in VAPI_ACTIONS} == {"vapi"}
    assert all(each.platforms == {"vapi": frozenset({""})} for each in VAPI_ACTIONS)


def test_another_platform_cannot_do_it() -> None:
    assert vapi(given(Platform({}), "vapi")).platform == "Vapi"
    with pytest.raises(Unsupported, match=r"Flireo \(g3\) cannot do this"):
        vapi(given(Platform({}), "flireo", "g3"))
