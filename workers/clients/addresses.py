"""Which addresses may be reached: public ones, and those that an operator listed.

Beside what the registries call private, shared or reserved, the metadata services of cloud providers are not public,
also where they stand at an address that belongs to nobody else.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SET_ASIDE = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "2001::/23", "3fff::/20")))
"""For protocols of the IETF and for examples. Which of their addresses are global depends on the version of Python."""
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
"""Azure's, inside public space."""
_ENTRY = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<name>[^\s/:@?#\[\]]+))(?::(?P<port>\d{1,5}))?/?")


def is_public(address: Address) -> bool:
    """Whether the address belongs to the public internet, also when it only wraps another one."""
    inner = _wrapped(address)
    if inner is not None:
        return is_public(inner)
    site_local = isinstance(address, IPv6Address) and address.is_site_local
    set_aside = address in _METADATA or any(address in network for network in _SET_ASIDE)
    special = address.is_multicast or address.is_reserved or site_local or set_aside
    return address.is_global and not special


def _wrapped(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


class AllowList:
    """Hosts (`crm.internal`), hosts with a port (`crm.internal:8080`, `[::1]:8080`) and networks (`10.2.0.0/16`)."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._hosts: set[tuple[str, int | None]] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in filter(None, (entry.strip() for entry in entries)):
            self._add(entry)

    def _add(self, entry: str) -> None:
        try:
            self._networks.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            self._hosts.add(_host_and_port(entry))

    def has_host(self, host: str, port: int) -> bool:
        """Whether the host was listed by name, for this port or for all."""
        name = _host(host)
        return (name, None) in self._hosts or (name, port) in self._hosts

    def has_address(self, address: Address) -> bool:
        """Whether the address lies in a listed network."""
        inner = _wrapped(address)
        return any(address in network or (inner is not None and inner in network) for network in self._networks)

    def may_reach(self, address: Address) -> bool:
        """Whether the address is public or lies in a listed network."""
        return is_public(address) or self.has_address(address)


def _host_and_port(entry: str) -> tuple[str, int | None]:
    written = _ENTRY.fullmatch(entry)
    if written is None or int(written["port"] or 0) > 65535:
        raise ValueError(f"{entry!r} is neither a host, a host:port nor a network")
    return _host(written["v6"] or written["name"]), int(written["port"]) if written["port"] else None


def _host(host: str) -> str:
    return host.lower().rstrip(".")
