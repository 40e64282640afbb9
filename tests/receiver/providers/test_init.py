"""The registry of providers."""

from __future__ import annotations

import pytest

from receiver.providers import PROVIDERS, DuplicateProvider, UnknownProvider, provider_named, registry
from receiver.providers.flireo import Flireo


def test_a_provider_is_found_by_its_name() -> None:
    assert provider_named("flireo") is PROVIDERS["flireo"]


def test_other_names_are_told_what_there_is() -> None:
    with pytest.raises(UnknownProvider, match=r"flirio is not known.*: flireo, .*, vapi") as failure:
        provider_named("flirio")
    assert failure.value.name == "flirio"


def test_one_provider_cannot_hide_another() -> None:
    with pytest.raises(DuplicateProvider, match="flireo"):
        registry(Flireo(), Flireo())
