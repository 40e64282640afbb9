"""Settings of the store: environment variables that start with HOOKSWITCH_. Every process builds its own on these."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Durability = Literal["memory", "everysec", "always", "replica"]


def _address(value: str) -> str:
    """Raise ValueError unless it is an address that a platform could reach, and nothing more."""
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("write the address alone, such as https://hooks.example.com")
    if parts.username or parts.password:
        raise ValueError("write it without a user name or password")
    return value.rstrip("/")


def on_loopback(host: str) -> bool:
    """Whether nobody else on the network reaches what listens on that address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


PublicUrl = Annotated[str, AfterValidator(_address)]


class StoreSettings(BaseSettings):
    """What every process needs to find the store."""

    model_config = SettingsConfigDict(env_prefix="HOOKSWITCH_", frozen=True, extra="ignore")

    redis_url: str = Field(
        "", description="redis://, rediss://, unix:// or redis+sentinel://; empty: the embedded server in data_dir"
    )
    data_dir: Path = Field(Path(".hookswitch"), description="embedded store, spool and generated secrets")
    durability: Durability = Field("always", description="when an event counts as stored")
    sentry_dsn: str = Field("", description="Sentry project; empty: off", repr=False)
    log: Literal["auto", "text", "json"] = Field("auto", description="auto: text on a terminal, JSON elsewhere")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def copies(self) -> int:
        """On how many replicas a write has to be before it counts."""
        return 1 if self.durability == "replica" else 0
