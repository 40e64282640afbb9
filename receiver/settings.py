"""Settings of the receiver: HOOKSWITCH_ variables for the process that the platforms talk to."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from store.settings import PublicUrl, StoreSettings


class ReceiverSettings(StoreSettings):
    """What the receiver needs beside the store."""

    connections: Path = Field(Path("rules/connections.yaml"), description="the connections file")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, description="port to listen on")
    public_url: PublicUrl = Field("", description="where platforms reach the receiver; empty: nobody has said")
    max_body: int = Field(5_000_000, gt=0, description="largest body in bytes; more is answered with 413")
    read_timeout: float = Field(10.0, gt=0, description="seconds a sender may take to deliver its body")
    backlog_limit: int = Field(
        100_000, ge=0, description="background jobs that may wait for a worker; above it events get 429; 0: any number"
    )
    memory_share: float = Field(
        0.85, ge=0, le=1, description="share of the store's memory above which events get 429; 0: no limit"
    )
    max_requests: int = Field(
        2000, gt=0, description="requests in work at once, of those that somebody waits for and of others"
    )
    max_bodies: int = Field(256_000_000, gt=0, description="bytes of bodies above 64 kB that are held at once")
    spool_limit: int = Field(256_000_000, ge=0, description="bytes the spool may take while the store is away; 0: none")
    metrics_token: str = Field("", description="who shows it may read /metrics; empty: no such page", repr=False)
    store_timeout: float = Field(0.5, gt=0, description="seconds until a silent write counts as unknown")
