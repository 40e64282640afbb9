from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from store.settings import StoreSettings


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOKSWITCH_REDIS_URL", raising=False)
    settings = StoreSettings()
    assert (settings.redis_url, settings.data_dir, settings.durability) == ("", Path(".hookswitch"), "always")


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_DURABILITY", "everysec")
    assert StoreSettings().durability == "everysec"


def test_an_unknown_durability_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_DURABILITY", "sometimes")
    with pytest.raises(ValidationError):
        StoreSettings()
