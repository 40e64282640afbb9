"""The platforms that post events to us: the one list of them."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.providers.base import Provider
from receiver.providers.flireo import Flireo
from receiver.providers.vapi import Vapi

CALLED_BACK_ONLY = frozenset({"fluents", "opencx"})
"""Platforms that connections can call back but that send no event here."""


class UnknownProvider(LookupError):
    """No provider of this name receives events; the message says which do."""

    def __init__(self, name: str) -> None:
        only = "can be called back but sends no events here" if name in CALLED_BACK_ONLY else "is not known"
        super().__init__(f"provider {name} {only}; events come from: {', '.join(sorted(PROVIDERS))}")
        self.name = name


class DuplicateProvider(ValueError):
    """Two providers have the same name."""


def registry(*providers: Provider) -> Mapping[str, Provider]:
    """Providers by name; raises DuplicateProvider rather than letting one hide another."""
    found: dict[str, Provider] = {}
    for provider in providers:
        if provider.name in found:
            raise DuplicateProvider(provider.name)
        found[provider.name] = provider
    return found


PROVIDERS: Mapping[str, Provider] = registry(Flireo(), Vapi())


def provider_named(name: str) -> Provider:
    """The provider a connection names; raises UnknownProvider."""
    try:
        return PROVIDERS[name]
    except KeyError:
        raise UnknownProvider(name) from None
