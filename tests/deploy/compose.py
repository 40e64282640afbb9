"""A compose file as compose would see it: anchors merged, variables put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE, SENTINEL = DEPLOY / "compose.yaml", DEPLOY / "compose.sentinel.yaml"
OURS = ("receiver", "worker", "console")
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<text>[^}]*))?\}")


class Missing(Exception):
    """A variable that has to be given."""


def composed(path: Path, given: Mapping[str, str]) -> dict[str, Any]:
    """Raises Missing like compose does."""

    def put(found: re.Match[str]) -> str:
        if found["name"] in given:
            return given[found["name"]]
        if found["how"] != "-":
            raise Missing(found["name"])
        return found["text"]

    return dict(yaml.safe_load(_VARIABLE.sub(put, _without_comments(path))))


def _without_comments(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith("#"))


def services(path: Path, **given: str) -> dict[str, Any]:
    """Every service, with a password for each place that wants one."""
    wanted = {"REDIS_PASSWORD": "store-password", "CONSOLE_PASSWORD": "people-password"}
    return dict(composed(path, wanted | given)["services"])
