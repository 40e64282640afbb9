"""Settings of a worker: HOOKSWITCH_ variables for the process that runs rules and calls platforms back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from store.connections import Connection
from store.durations import seconds
from store.retention import Keep
from store.settings import StoreSettings, on_loopback

_SECRET_PREFIX = "HOOKSWITCH_SECRET_"  # noqa: S105
_VAR_PREFIX = "HOOKSWITCH_VAR_"


def _duration(value: object) -> float:
    """A duration as people write it, or a plain number of seconds, which in an environment is text too."""
    try:
        return float(str(value))
    except ValueError:
        return seconds(value)


class WorkerSettings(StoreSettings):
    """What a worker needs beside the store."""

    connections: Path = Field(Path("rules/connections.yaml"), description="the connections file")
    rules_dir: Path = Field(Path("rules/live"), description="the folder with the rules in force")
    http_allow: str = Field("", description="private hosts and networks that rules may reach, comma separated")
    trace_hosts: str = Field("", description="hosts that are told of the trace a request belongs to, comma separated")
    metrics_token: str = Field("", description="who shows it may read /metrics; empty: this machine alone", repr=False)
    worker_metrics_host: str = Field("127.0.0.1", description="address for /livez, /readyz and /metrics of a worker")
    worker_metrics_port: int = Field(0, ge=0, le=65535, description="port for them; 0: none")
    slots_live: int = Field(32, gt=0, description="events with a waiting caller handled at once")
    slots_background: int = Field(16, gt=0, description="other jobs at once")
    slots_bulk: int = Field(4, gt=0, description="replays and bulk retries at once")
    grace: float = Field(10.0, ge=0, description="seconds that running jobs get to finish at a stop")
    keep: Annotated[float, BeforeValidator(_duration)] = Field(
        7 * 86_400.0, ge=0, description="how long events are kept once they are done; 0: for ever"
    )
    keep_events: int = Field(1_000_000, ge=0, description="how many events are kept, the oldest go first; 0: all")
    numbers_every: Annotated[float, BeforeValidator(_duration)] = Field(
        900.0, ge=1, description="how often numbers are looked at on their platforms, where there is a numbers.yaml"
    )
    keep_share: float = Field(
        0.7, ge=0, le=1, description="share of the store's memory above which the oldest events go early; 0: no limit"
    )
    reconcile_every: Annotated[float, BeforeValidator(_duration)] = Field(
        3600.0, ge=0, description="how often calls are compared with the platforms' own lists; 0: only when asked for"
    )

    @property
    def shows_metrics(self) -> bool:
        """Whether there is a page of metrics: nobody else on the network reads them without a token."""
        return bool(self.metrics_token) or on_loopback(self.worker_metrics_host)

    @property
    def slots(self) -> dict[str, int]:
        """Slots of each lane; live callers are served first."""
        return {"live": self.slots_live, "background": self.slots_background, "bulk": self.slots_bulk}

    def retention(self, connections: Mapping[str, Connection]) -> Keep:
        """What is kept, with what connections say of their own events."""
        own = {name: connection.keep for name, connection in connections.items() if connection.keep is not None}
        return Keep(self.keep, self.keep_events, own, self.keep_share)

    @property
    def traced_hosts(self) -> frozenset[str]:
        """The entries of `trace_hosts`."""
        return frozenset(entry.strip() for entry in self.trace_hosts.split(",") if entry.strip())

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
