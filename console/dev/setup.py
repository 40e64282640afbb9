"""What the first start makes in the data folder: random secrets, and connections to the sandbox.

The secrets are hexadecimal, so that they are the same to whoever reads them as text or as base64 of some bytes.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from console.dev.ports import Ports
from console.reference.modelines import moved
from store.connections import AuthEntry, Connection, Part, load_connections

DEMO_CONNECTIONS = Path(__file__).parent / "demo_connections.yaml"
_LINE = re.compile(r"^([A-Z][A-Z0-9_]*)=(.+)$", re.MULTILINE)
_NOT_SECRET = frozenset({"SANDBOX_URL"})
_PARTS: tuple[Part, Part] = ("auth", "api")

PROJECT_CONNECTIONS = Path("rules/connections.yaml")
DEMO_NAME = "connections.yaml"
SECRETS_NAME = "secrets.env"
PLAYED: Mapping[str, str] = {
    "g1": "front_desk_g1",
    "g2": "front_desk_g2",
    "g3": "front_desk",
    "fluents": "fluents_desk",
    "opencx": "opencx_desk",
    "vapi": "vapi_desk",
}
"""Generation of Flireo, or platform → the demo connection that the sandbox posts its events to."""
USUALLY_PLAYED = PLAYED["g3"]
"""The one that a simulated call is placed on when none is named."""


def connections_file(data_dir: Path, chosen: Path | None) -> Path:
    """The chosen file, else the project's own, else demo connections that are made when they are not there yet."""
    if chosen:
        return chosen
    if PROJECT_CONNECTIONS.exists():
        return PROJECT_CONNECTIONS
    demo = data_dir / DEMO_NAME
    if not demo.exists():
        text = DEMO_CONNECTIONS.read_text(encoding="utf-8")
        demo.write_text(moved(text, "connections", data_dir), encoding="utf-8")
    return demo


@dataclass(frozen=True)
class Secrets:
    """The variables of a connections file as `dev` knows them."""

    values: Mapping[str, str] = field(repr=False)
    """Those that were made here; they stay the same ever after."""
    missing: tuple[str, ...] = ()
    """Those that only the platform can give."""


def generated_secrets(data_dir: Path, connections: Path, environ: Mapping[str, str] = os.environ) -> Secrets:
    """Make a random value for each variable that is not set: every one of the demo's, webhook secrets elsewhere."""
    path = data_dir / SECRETS_NAME
    known = known_secrets(data_dir)
    webhook, api = (_unset(connections, environ, part) for part in _PARTS)
    ours = [*webhook, *api] if is_demo(data_dir, connections) else [name for name in webhook if name not in api]
    fresh = {name: secrets.token_hex(24) for name in ours if name not in known}
    if fresh:
        _write(path, known | fresh)
    values = {name: (known | fresh)[name] for name in ours}
    return Secrets(values, tuple(name for name in dict.fromkeys([*webhook, *api]) if name not in values))


def is_demo(data_dir: Path, connections: Path) -> bool:
    """Whether these are the connections that were made here and lead to the sandbox."""
    return connections.resolve() == (data_dir / DEMO_NAME).resolve()


def _unset(connections: Path, environ: Mapping[str, str], part: Part) -> list[str]:
    read = load_connections(connections, environ, part).values()
    names = dict.fromkeys(name for connection in read for name in connection.missing)
    return [name for name in names if name not in _NOT_SECRET]


def known_secrets(data_dir: Path) -> dict[str, str]:
    """What earlier starts made in this folder."""
    try:
        return dict(_LINE.findall((data_dir / SECRETS_NAME).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def _write(path: Path, values: Mapping[str, str]) -> None:
    """Readable by this user alone, and whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    fresh.replace(path)


def sandbox_environment(ports: Ports, connections: Mapping[str, Connection]) -> dict[str, str]:
    """What the sandbox must know to play the platforms behind the demo connections."""
    base = f"{ports.receiver_url}/hooks"
    values = {"port": str(ports.sandbox)}
    for generation, name in PLAYED.items():
        connection = connections.get(name)
        if not (connection and connection.auth):
            continue
        values |= _webhook(generation, f"{base}/{name}", connection.auth)
    return {f"HOOKSWITCH_SANDBOX_{name.upper()}": value for name, value in values.items()}


def _webhook(platform: str, url: str, auth: Sequence[AuthEntry]) -> dict[str, str]:
    """Where a platform or generation posts, with its token, and the secret it signs with."""
    secrets_by = {entry.scheme: entry.secret for entry in reversed(auth)}
    token = quote(secrets_by.get("path_token", ""), safe="")
    within = f"{url}/{token}" if token else url
    found = {"url": within}
    if "standard" in secrets_by:
        found = {"url": url, "data_url": f"{within}/data", "token": secrets_by.get("bearer", "")}
    signing = secrets_by.get("hmac") or secrets_by.get("standard")
    found |= {"secret": signing} if signing else {}
    return {f"{platform}_{key}": value for key, value in found.items()}


def posts_to_us(connections: Mapping[str, Connection]) -> bool:
    """Whether the sandbox knows where to post events."""
    return any(name in connections and connections[name].auth for name in PLAYED.values())


def sandbox_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """The API keys the sandbox accepts: those the demo connections use."""
    pairs = {
        "FLIREO_KEY": "FRONT_DESK_API_KEY",
        "FLIREO_G1_KEY": "FRONT_DESK_G1_API_KEY",
        "FLUENTS_KEY": "FLUENTS_DESK_API_KEY",
        "OPENCX_KEY": "OPENCX_DESK_API_KEY",
        "VAPI_KEY": "VAPI_DESK_API_KEY",
    }
    return {f"HOOKSWITCH_SANDBOX_{key}": environ[name] for key, name in pairs.items() if name in environ}


def readable_connections(path: Path, environ: Mapping[str, str]) -> dict[str, Connection]:
    """The connections with their webhook secrets, for the lines that `dev` prints."""
    return load_connections(path, environ, "auth")
