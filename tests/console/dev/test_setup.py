from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import unquote

import pytest

from console.dev import setup
from console.dev.ports import Ports
from console.dev.setup import (
    connections_file,
    generated_secrets,
    known_secrets,
    posts_to_us,
    readable_connections,
    sandbox_environment,
    sandbox_keys,
)  # fmt: skip
from console.sandbox.settings import SandboxSettings
from store.connections import load_connections

OWN = """
# ${COMMENTED_OUT} is in a comment
connections:
  reception:
    provider: flireo
    generation: g3
    auth: [{scheme: hmac, secret: "${RECEPTION_SECRET}"}]
    api: {base_url: https://x, key: "${RECEPTION_KEY}"}
  shared:
    provider: flireo
    generation: g3
    auth: [{scheme: bearer, secret: "${SHARED}"}]
    api: {base_url: https://x, key: "${SHARED}"}
"""


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo connections in a fresh data folder."""
    monkeypatch.setattr(setup, "PROJECT_CONNECTIONS", tmp_path / "none.yaml")
    return connections_file(tmp_path, None)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A person's own connections."""
    path = tmp_path / "mine.yaml"
    path.write_text(OWN)
    return path


def test_the_chosen_file_stands_first_then_the_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "PROJECT_CONNECTIONS", tmp_path / "project.yaml")
    assert connections_file(tmp_path, tmp_path / "chosen.yaml") == tmp_path / "chosen.yaml"
    assert connections_file(tmp_path, None) == tmp_path / "connections.yaml"
    (tmp_path / "project.yaml").touch()
    assert connections_file(tmp_path, None) == tmp_path / "project.yaml"


def test_the_demo_is_made_once_and_then_belongs_to_its_reader(tmp_path: Path, demo: Path) -> None:
    demo.write_text("connections: {}\n")
    assert connections_file(tmp_path, None).read_text() == "connections: {}\n"


def test_editors_find_the_schema_from_where_the_demo_lies(tmp_path: Path, demo: Path) -> None:
    first = demo.read_text().splitlines()[0]
    schema = (tmp_path / first.partition("$schema=")[2]).resolve()
    assert schema == Path("rules/schema/connections.schema.json").resolve()
    assert schema.exists()


def test_no_demo_connection_is_off(tmp_path: Path, demo: Path) -> None:
    made = generated_secrets(tmp_path, demo, {})
    assert made.missing == ()
    environ = {**made.values, "SANDBOX_URL": "http://127.0.0.1:8090"}
    for part in ("auth", "api"):
        connections = load_connections(demo, environ, part)
        assert connections
        assert all(connection.on for connection in connections.values())
    assert "NAMES" not in made.values


def test_secrets_are_random_private_and_stay_the_same(tmp_path: Path, demo: Path) -> None:
    first = generated_secrets(tmp_path, demo, {}).values
    path = tmp_path / "secrets.env"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(set(first.values())) == len(first)
    assert all(len(value) >= 32 for value in first.values())
    assert all(base64.b64decode(value, validate=True) for value in first.values())
    written = path.stat().st_mtime_ns
    assert generated_secrets(tmp_path, demo, {}).values == first
    assert path.stat().st_mtime_ns == written
    assert known_secrets(tmp_path) == first
    assert generated_secrets(tmp_path / "x", demo, first).values == {}


def test_secrets_that_were_open_to_others_are_private_when_written_again(tmp_path: Path, demo: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("FRONT_DESK_G1_TOKEN=kept\n")
    path.chmod(0o644)
    assert generated_secrets(tmp_path, demo, {}).values["FRONT_DESK_G1_TOKEN"] == "kept"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_environment_is_never_overruled(tmp_path: Path, demo: Path) -> None:
    assert "FRONT_DESK_G1_TOKEN" not in generated_secrets(tmp_path, demo, {"FRONT_DESK_G1_TOKEN": "mine"}).values


def test_for_own_connections_only_webhook_secrets_are_made(tmp_path: Path, own: Path) -> None:
    made = generated_secrets(tmp_path, own, {})
    assert set(made.values) == {"RECEPTION_SECRET"}
    assert set(made.missing) == {"RECEPTION_KEY", "SHARED"}
    assert "RECEPTION_KEY" not in (tmp_path / "secrets.env").read_text()


def test_own_connections_that_are_complete_need_nothing(tmp_path: Path, own: Path) -> None:
    environ = {"RECEPTION_SECRET": "a", "RECEPTION_KEY": "b", "SHARED": "c"}
    made = generated_secrets(tmp_path, own, environ)
    assert (dict(made.values), made.missing) == ({}, ())
    assert not (tmp_path / "secrets.env").exists()


def test_a_secret_is_not_shown_by_accident(tmp_path: Path, demo: Path) -> None:
    made = generated_secrets(tmp_path, demo, {})
    assert not any(value in repr(made) for value in made.values.values())


def test_the_sandbox_understands_what_it_is_given(tmp_path: Path, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = generated_secrets(tmp_path, demo, {}).values
    connections = readable_connections(demo, made)
    for name, value in {**sandbox_environment(Ports(9000), connections), **sandbox_keys(made)}.items():
        monkeypatch.setenv(name, value)
    settings = SandboxSettings()
    assert settings.port == 9010
    assert settings.g3_url == "http://127.0.0.1:9000/hooks/front_desk"
    assert settings.g2_url == "http://127.0.0.1:9000/hooks/front_desk_g2"
    assert settings.g1_url == f"http://127.0.0.1:9000/hooks/front_desk_g1/{made['FRONT_DESK_G1_TOKEN']}"
    assert settings.vapi_url == "http://127.0.0.1:9000/hooks/vapi_desk"
    assert settings.fluents_url == f"http://127.0.0.1:9000/hooks/fluents_desk/{made['FLUENTS_DESK_TOKEN']}"
    assert settings.fluents_secret.get_secret_value() == made["FLUENTS_DESK_SIGNATURE_SECRET"]
    assert settings.opencx_url == "http://127.0.0.1:9000/hooks/opencx_desk"
    assert settings.opencx_data_url == f"{settings.opencx_url}/{made['OPENCX_DESK_DATA_TOKEN']}/data"
    assert settings.opencx_secret.get_secret_value() == made["OPENCX_DESK_WEBHOOK_SECRET"]
    assert settings.opencx_token.get_secret_value() == made["OPENCX_DESK_ACTION_TOKEN"]
    assert settings.vapi_secret.get_secret_value() == made["VAPI_DESK_WEBHOOK_SECRET"]
    assert settings.vapi_key.get_secret_value() == made["VAPI_DESK_API_KEY"]
    assert settings.vapi_control_base == "http://127.0.0.1:9010/vapi/control"
    assert settings.g3_secret.get_secret_value() == made["FRONT_DESK_WEBHOOK_SECRET"]
    assert settings.g2_secret.get_secret_value() == made["FRONT_DESK_G2_WEBHOOK_SECRET"]
    assert settings.flireo_g1_key.get_secret_value() == made["FRONT_DESK_G1_API_KEY"]
    assert settings.opencx_key.get_secret_value() == made["OPENCX_DESK_API_KEY"]


def test_a_token_travels_whole_in_the_url(tmp_path: Path, demo: Path) -> None:
    token = "a b+c?d#e%f&g=é~-_."
    made = {**generated_secrets(tmp_path, demo, {}).values, "FRONT_DESK_G1_TOKEN": token}
    url = sandbox_environment(Ports(9000), readable_connections(demo, made))["HOOKSWITCH_SANDBOX_G1_URL"]
    assert unquote(url.rpartition("/")[2]) == token
    assert url.isascii()
    assert not set(url) & set(" ?#")


def test_the_sandbox_posts_only_to_the_demo(tmp_path: Path, demo: Path, own: Path) -> None:
    assert posts_to_us(readable_connections(demo, generated_secrets(tmp_path, demo, {}).values))
    connections = readable_connections(own, {})
    assert not posts_to_us(connections)
    assert sandbox_environment(Ports(9000), connections) == {"HOOKSWITCH_SANDBOX_PORT": "9010"}
