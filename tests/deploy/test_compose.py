"""What the compose files say is true of the product, and is what `doctor` asks of a Redis."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from console.cli import verb as verb_named
from tests.deploy.compose import COMPOSE, DEPLOY, OURS, SENTINEL, Missing, composed, services
from tests.docs.test_references import environment_names

BOTH = pytest.mark.parametrize("path", [COMPOSE, SENTINEL], ids=lambda path: path.name)


@BOTH
def test_the_three_processes_are_there_and_start_with_real_verbs(path: Path) -> None:
    found = services(path)
    assert set(OURS) <= set(found)
    for name in OURS:
        verb, *words = found[name]["command"]
        known = {option for parameter in verb_named(verb).params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known


@BOTH
@pytest.mark.parametrize("name", OURS)
def test_each_process_is_confined(path: Path, name: str) -> None:
    service = services(path)[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/etc/hookswitch/rules:ro" in " ".join(service["volumes"])
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert "user" not in service  # the image's own, which is nobody


@BOTH
@pytest.mark.parametrize("name", OURS)
def test_its_sign_of_life_is_asked_where_it_listens(path: Path, name: str) -> None:
    service = services(path)[name]
    asked = urlsplit(service["healthcheck"]["test"][-1])
    listens = service["environment"].get("HOOKSWITCH_WORKER_METRICS_PORT") or service["command"][-1]
    assert (asked.hostname, str(asked.port), asked.path) == ("127.0.0.1", listens, "/livez")


@BOTH
def test_settings_exist_and_secrets_are_asked_for(path: Path) -> None:
    named = set(re.findall(r"HOOKSWITCH_\w+", path.read_text()))
    assert named
    assert named <= environment_names()
    with pytest.raises(Missing, match="PASSWORD"):
        composed(path, {})


@BOTH
def test_what_is_mounted_is_declared_or_there(path: Path) -> None:
    whole = composed(path, {"REDIS_PASSWORD": "p", "CONSOLE_PASSWORD": "p"})
    for service in whole["services"].values():
        for source, *_ in (volume.split(":") for volume in service.get("volumes", [])):
            assert source in whole["volumes"] or source == "./rules" or (DEPLOY / source).is_dir(), source
        assert set(service["networks"]) <= set(whole["networks"])
        assert set(service.get("depends_on", [])) <= set(whole["services"])


@BOTH
def test_the_store_is_reached_by_nobody_outside(path: Path) -> None:
    whole = composed(path, {"REDIS_PASSWORD": "p", "CONSOLE_PASSWORD": "p"})
    assert whole["networks"]["store"] == {"internal": True}
    for name, service in whole["services"].items():
        if name not in OURS:
            assert "ports" not in service
            assert service["networks"] == ["store"]


@BOTH
def test_a_scraper_beside_them_reaches_each_and_has_to_show_the_token(path: Path) -> None:
    found = services(path, METRICS_TOKEN="a-token")
    assert {found[name]["environment"]["HOOKSWITCH_METRICS_TOKEN"] for name in OURS} == {"a-token"}
    assert all("front" in found[name]["networks"] for name in OURS)
    listens = [found[name]["command"][found[name]["command"].index("--host") + 1] for name in ("receiver", "console")]
    assert [*listens, found["worker"]["environment"]["HOOKSWITCH_WORKER_METRICS_HOST"]] == ["0.0.0.0"] * 3
    assert services(path)["worker"]["environment"]["HOOKSWITCH_METRICS_TOKEN"] == ""


def flags(command: list[str]) -> dict[str, str]:
    words = command[1:]
    return {words[at].removeprefix("--"): words[at + 1] for at in range(0, len(words), 2)}


def test_redis_keeps_what_it_is_given() -> None:
    redis = services(COMPOSE)["redis"]
    said = flags(redis["command"])
    assert said == {
        "appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", "maxmemory": "1gb",
        "requirepass": "store-password",
    }  # fmt: skip
    assert redis["volumes"] == ["store:/data"]


def test_the_level_asked_for_is_the_one_configured() -> None:
    def level(path: Path) -> set[Any]:
        return {services(path)[name]["environment"].get("HOOKSWITCH_DURABILITY") for name in ("receiver", "worker")}

    assert (level(COMPOSE), level(SENTINEL)) == ({"always"}, {"replica"})


def test_both_files_start_the_same_processes() -> None:
    one, other = services(COMPOSE), services(SENTINEL)
    for name in OURS:
        differ = {key for key in one[name] | other[name] if one[name].get(key) != other[name].get(key)}
        assert differ <= {"environment", "depends_on"}
