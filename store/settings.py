"""Settings of the store: environment variables that start with HOOKSWITCH_. Every process builds its own on these."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Durability = Literal["memory", "everysec", "always", "replica"]


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
