"""Settings of a worker: HOOKSWITCH_ variables for the process that runs rules and calls platforms back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from store.settings import StoreSettings

_SECRET_PREFIX = "HOOKSWITCH_SECRET_"  # noqa: S105
_VAR_PREFIX = "HOOKSWITCH_VAR_"


class WorkerSettings(StoreSettings):
    """What a worker needs beside the store."""

    connections: Path = Field(Path("rules/connections.yaml"), description="the connections file")
    rules_dir: Path = Field(Path("rules/live"), description="the folder with the rules in force")
    http_allow: str = Field("", description="private hosts and networks that rules may reach, comma separated")
    slots_live: int = Field(32, gt=0, description="events with a waiting caller handled at once")
    slots_background: int = Field(16, gt=0, description="other jobs at once")
    slots_bulk: int = Field(4, gt=0, description="replays and bulk retries at once")
    grace: float = Field(10.0, ge=0, description="seconds that running jobs get to finish at a stop")

    @property
    def slots(self) -> dict[str, int]:
        """Slots of each lane; live callers are served first."""
        return {"live": self.slots_live, "background": self.slots_background, "bulk": self.slots_bulk}

    @property
    def allowed_hosts(self) -> list[str]:
        """The entries of `http_allow`."""
        return [entry.strip() for entry in self.http_allow.split(",") if entry.strip()]


def secrets_from(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What rules know as `secrets.name`: every HOOKSWITCH_SECRET_<NAME>, by its name in lower case."""
    return _with_prefix(environ, _SECRET_PREFIX)


def vars_from(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What replaces `vars.name` in this deployment: every HOOKSWITCH_VAR_<NAME>, by its name in lower case."""
    return _with_prefix(environ, _VAR_PREFIX)


def _with_prefix(environ: Mapping[str, str], prefix: str) -> dict[str, str]:
    set_ = {name: value for name, value in environ.items() if name.startswith(prefix) and value}
    return {name.removeprefix(prefix).lower(): value for name, value in set_.items()}
