"""What the first start makes in the data folder: random secrets, and connections to the sandbox."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from store.connections import Connection, load_connections, referenced_variables

DEMO_CONNECTIONS = Path(__file__).parent / "demo_connections.yaml"
_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")
_NOT_SECRET = frozenset({"SANDBOX_URL"})

PROJECT_CONNECTIONS = Path("rules/connections.yaml")


@dataclass(frozen=True)
class Ports:
    """Where the processes of one `dev` listen, all on this machine alone."""

    receiver: int

    @property
    def sandbox(self) -> int:
        """Ten above the receiver."""
        return self.receiver + 10

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox}"


def connections_file(data_dir: Path, chosen: Path | None) -> Path:
    """The chosen file, else the project's own, else demo connections that are made when they are not there yet."""
    if chosen:
        return chosen
    if PROJECT_CONNECTIONS.exists():
        return PROJECT_CONNECTIONS
    demo = data_dir / "connections.yaml"
    if not demo.exists():
        demo.write_text(DEMO_CONNECTIONS.read_text(encoding="utf-8"), encoding="utf-8")
    return demo


def generated_secrets(data_dir: Path, connections: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Every variable the connections refer to that is not set, with a random value that stays the same ever after."""
    path = data_dir / "secrets.env"
    known = _read(path)
    wanted = [name for name in referenced_variables(connections) if not environ.get(name) and name not in _NOT_SECRET]
    missing = [name for name in wanted if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(24) for name in missing}
        _write(path, known)
    return {name: known[name] for name in wanted}


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return dict(_LINE.findall(path.read_text(encoding="utf-8")))


def _write(path: Path, values: Mapping[str, str]) -> None:
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def sandbox_environment(ports: Ports, connections: Mapping[str, Connection]) -> dict[str, str]:
    """What the sandbox must know to play the platforms behind the demo connections."""
    base = f"http://127.0.0.1:{ports.receiver}/hooks"
    values = {"port": str(ports.sandbox)}
    for generation, name in (("g2", "front_desk_g2"), ("g3", "front_desk")):
        signed = connections.get(name)
        if signed and signed.auth:
            values |= {f"{generation}_url": f"{base}/{name}", f"{generation}_secret": signed.auth[0].secret}
    tokened = connections.get("front_desk_g1")
    if tokened and tokened.auth:
        values["g1_url"] = f"{base}/front_desk_g1/{tokened.auth[0].secret}"
    return {f"HOOKSWITCH_SANDBOX_{name.upper()}": value for name, value in values.items()}


def sandbox_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """The API keys the sandbox accepts: those the demo connections use."""
    pairs = {
        "FLIREO_KEY": "FRONT_DESK_API_KEY",
        "FLIREO_G1_KEY": "FRONT_DESK_G1_API_KEY",
        "FLUENTS_KEY": "FLUENTS_DESK_API_KEY",
        "OPENCX_KEY": "OPENCX_DESK_API_KEY",
    }
    return {f"HOOKSWITCH_SANDBOX_{key}": environ[name] for key, name in pairs.items() if name in environ}


def readable_connections(path: Path, environ: Mapping[str, str]) -> dict[str, Connection]:
    """The connections with their webhook secrets, for the lines that `dev` prints."""
    return load_connections(path, environ, "auth")
