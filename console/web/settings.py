"""Settings of the web console: HOOKSWITCH_ variables for the process that people look at."""

from __future__ import annotations

import ipaddress
from functools import cached_property
from pathlib import Path

from pydantic import Field, field_validator

from store.settings import PublicUrl, StoreSettings, on_loopback

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ConsoleSettings(StoreSettings):
    """What the console needs beside the store."""

    rules_dir: Path = Field(Path("rules/live"), description="the rules in force, to show them")
    connections: Path = Field(Path("rules/connections.yaml"), description="the connections file, to show it")
    public_url: PublicUrl = Field("", description="where platforms reach the receiver, to show it")
    console_host: str = Field("127.0.0.1", description="address the console listens on")
    console_port: int = Field(8081, description="port the console listens on")
    console_names: str = Field("", description="host names the console is reached by, separated by commas")
    console_password: str = Field("", description="what people log in with; needed beyond loopback", repr=False)
    console_proxy_header: str = Field("", description="header in which a login proxy says who it is")
    console_proxy_from: str = Field("127.0.0.1,::1", description="addresses or networks that proxy speaks from")
    metrics_token: str = Field("", description="who shows it may read /metrics; empty: no such page", repr=False)
    console_https: bool = Field(False, description="people reach it over HTTPS; its cookie then travels no other way")

    @field_validator("console_proxy_from")
    @classmethod
    def _networks_are_networks(cls, value: str) -> str:
        for part in _parts(value):
            ipaddress.ip_network(part)
        return value

    @cached_property
    def proxies(self) -> tuple[Network, ...]:
        """Where the login proxy speaks from."""
        return tuple(ipaddress.ip_network(part) for part in _parts(self.console_proxy_from))

    @property
    def names(self) -> frozenset[str]:
        """Every name or address a browser may have asked for."""
        loopback = {"localhost", "127.0.0.1", "::1"}
        return frozenset({*loopback, self.console_host.lower(), *(part.lower() for part in _parts(self.console_names))})

    @property
    def on_loopback(self) -> bool:
        """Whether nobody else on the network can reach it."""
        return on_loopback(self.console_host)

    @property
    def open(self) -> bool:
        """Whether whoever reaches it is let in."""
        return not self.console_password and not self.console_proxy_header


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
