"""The sandbox's platforms behind a real socket in this process, and connections that call them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from console.checkup.finding import Finding
from console.checkup.platforms.asking import platform_findings
from console.dev.setup import DEMO_CONNECTIONS
from console.sandbox.app import build_sandbox
from console.sandbox.faults import Fault
from console.sandbox.settings import SandboxSettings
from console.sandbox.state import Sandbox
from receiver.settings import ReceiverSettings
from tests.console.serving import served
from workers.settings import WorkerSettings

PUBLIC = "https://hooks.example.com"
NAMES = ("front_desk", "front_desk_g2", "front_desk_g1", "vapi_desk", "fluents_desk", "opencx_desk")


@dataclass
class Played:
    """A sandbox, and doctor's questions to it."""

    sandbox: Sandbox
    url: str
    folder: Path
    store_url: str
    environ: dict[str, str] = field(default_factory=dict)

    async def found(self, public_url: str = PUBLIC, **environ: str) -> dict[str, Finding]:
        """What is said of each connection, by what it is about; of several the last."""
        return {finding.about: finding for finding in await self.findings(public_url, **environ)}

    async def findings(self, public_url: str = PUBLIC, **environ: str) -> list[Finding]:
        """Everything that is said."""
        places: dict[str, Any] = {
            "connections": self.folder / "connections.yaml", "data_dir": self.folder, "redis_url": self.store_url,
        }  # fmt: skip
        receiver = ReceiverSettings(**places, public_url=public_url)
        worker = WorkerSettings(**places, rules_dir=self.folder / "rules")
        return await platform_findings(receiver, worker, self.environ | environ)

    def fault(self, kind: Any, route: str, **more: Any) -> None:
        """The next answer of a route goes wrong."""
        self.sandbox.faults.add(Fault(route=route, kind=kind, **more))

    def only(self, name: str) -> None:
        """Leave this connection alone in the file."""
        path = self.folder / "connections.yaml"
        document = yaml.safe_load(path.read_text())
        path.write_text(yaml.safe_dump({"connections": {name: document["connections"][name]}}))

    def rule(self, on: str) -> None:
        """Put a rule in force that listens to this kind of event."""
        text = f"description: Listens.\non: {on}\nsteps: [{{action: log, with: {{message: hello}}}}]\n"
        (self.folder / "rules" / f"on_{on}.yaml".replace("-", "_")).write_text(text)


def secrets_for(url: str, keys: Mapping[str, str]) -> dict[str, str]:
    """The variables of the demo connections."""
    webhooks = {
        "FRONT_DESK_WEBHOOK_SECRET": "s", "FRONT_DESK_G2_WEBHOOK_SECRET": "s", "FRONT_DESK_G1_TOKEN": "g1-t0ken",
        "VAPI_DESK_WEBHOOK_SECRET": "s", "FLUENTS_DESK_TOKEN": "fluents-t0ken", "FLUENTS_DESK_SIGNATURE_SECRET": "c3M=",
        "OPENCX_DESK_WEBHOOK_SECRET": "whsec_c3M=", "OPENCX_DESK_ACTION_TOKEN": "s",
        "OPENCX_DESK_DATA_TOKEN": "cx-t0ken",
    }  # fmt: skip
    return {"SANDBOX_URL": url, **webhooks, **keys}


@asynccontextmanager
async def played(folder: Path, store_url: str) -> AsyncIterator[Played]:
    """Everything that the demo connections lead to."""
    (folder / "rules").mkdir()
    (folder / "connections.yaml").write_text(DEMO_CONNECTIONS.read_text())
    settings = SandboxSettings(fluents_url=f"{PUBLIC}/hooks/fluents_desk/fluents-t0ken")
    app = build_sandbox(settings)
    async with served(app, hangs=True) as url:
        keys = {
            "FRONT_DESK_API_KEY": settings.flireo_key, "FRONT_DESK_G1_API_KEY": settings.flireo_g1_key,
            "VAPI_DESK_API_KEY": settings.vapi_key, "FLUENTS_DESK_API_KEY": settings.fluents_key,
            "OPENCX_DESK_API_KEY": settings.opencx_key,
        }  # fmt: skip
        environ = secrets_for(url, {name: key.get_secret_value() for name, key in keys.items()})
        yield Played(app.state.sandbox, url, folder, store_url, environ)
