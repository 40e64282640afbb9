"""The platforms that post events to us: the one list of them."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.providers.base import Provider
from receiver.providers.flireo import Flireo
from receiver.providers.fluents import Fluents
from receiver.providers.generic import GENERIC
from receiver.providers.mapped import Mapped
from receiver.providers.mapping.plan import BadMapping
from receiver.providers.opencx import OpenCX
from receiver.providers.standard import STANDARD
from receiver.providers.vapi import Vapi
from store.connections import Connection


class UnknownProvider(LookupError):
    """No provider of this name receives events; the message says which do."""

    def __init__(self, name: str) -> None:
        super().__init__(f"provider {name} is not known; events come from: {', '.join(sorted(PROVIDERS))}")
        self.name = name


class MappingNotTaken(ValueError):
    """The connection has a mapping although its platform is known."""

    def __init__(self, name: str) -> None:
        mapped = sorted(each for each, provider in PROVIDERS.items() if isinstance(provider, Mapped))
        super().__init__(f"provider {name} takes no mapping; {' and '.join(mapped)} do")


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


PROVIDERS: Mapping[str, Provider] = registry(
    Flireo(),
    Fluents(),
    OpenCX(),
    Vapi(),
    GENERIC,
    STANDARD,
)


def provider_named(name: str) -> Provider:
    """The provider a connection names; raises UnknownProvider."""
    try:
        return PROVIDERS[name]
    except KeyError:
        raise UnknownProvider(name) from None


def provider_for(connection: Connection) -> Provider:
    """The provider of a connection, with its mapping; raises UnknownProvider, MappingNotTaken and BadMapping."""
    provider = provider_named(connection.provider)
    if isinstance(provider, Mapped):
        return provider.for_connection(connection)
    if connection.mapping is not None:
        raise MappingNotTaken(connection.provider)
    return provider


def provider_or_none(connection: Connection) -> Provider | None:
    """The same for whoever goes on without: a mapping that cannot be used counts as none."""
    try:
        return provider_for(connection)
    except (MappingNotTaken, BadMapping):
        return provider_named(connection.provider)
    except UnknownProvider:
        return None


def kinds_sent(provider: Provider) -> frozenset[str] | None:
    """The kinds a platform sends; None where its mapping reckons them."""
    return provider.sends if isinstance(provider, Mapped) else frozenset(provider.kinds.values())
