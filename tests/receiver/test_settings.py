from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from receiver.settings import ReceiverSettings


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_CONNECTIONS", "/etc/connections.yaml")
    monkeypatch.setenv("HOOKSWITCH_MAX_BODY", "1000")
    settings = ReceiverSettings()
    assert (settings.connections, settings.max_body) == (Path("/etc/connections.yaml"), 1000)


@pytest.mark.parametrize("name", ["max_body", "read_timeout", "store_timeout", "max_requests", "max_bodies"])
def test_limits_are_above_zero(name: str) -> None:
    with pytest.raises(ValidationError):
        ReceiverSettings.model_validate({name: 0})


@pytest.mark.parametrize("wrong", ["hooks.example.com", "ftp://x", "https://x/?a=1", "https://me:pw@x", "https://x#y"])
def test_where_platforms_reach_it_is_an_address_alone(wrong: str) -> None:
    assert ReceiverSettings(public_url="https://hooks.example.com/in/").public_url == "https://hooks.example.com/in"
    with pytest.raises(ValidationError):
        ReceiverSettings(public_url=wrong)
