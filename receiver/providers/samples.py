"""The sample deliveries of every platform, named `provider/kind__generation[_variant]`.

They are written from the platforms' documentation with invented values. Each has its normalised twin under `expected/`:
the event without `received_at`, fields at their default left out; a list where one delivery holds several events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from receiver.raw import RawDelivery
from store.request import Request

HEADERS: Mapping[str, str] = {"content-type": "application/json"}

_HERE = Path(__file__).parent


class UnknownSample(LookupError):
    """There is no sample of this name; the message names the nearest."""

    def __init__(self, name: str) -> None:
        near = get_close_matches(name, sample_names(), n=1, cutoff=0)
        super().__init__(f"no sample {name!r}" + "".join(f"; did you mean {found}?" for found in near))
        self.name = name


@cache
def sample_names() -> tuple[str, ...]:
    """Every sample, sorted."""
    return tuple(sorted(f"{path.parts[-3]}/{path.stem}" for path in _HERE.glob("*/samples/*.json")))


def load_sample(name: str) -> RawDelivery:
    """The sample as it would come in, unsigned; raises UnknownSample.

    `requests/` says how it comes where that is not a JSON body posted as an event: `method`, `door`, `tool`, `query`,
    and `headers` of its own. A sample without a body is an empty file.
    """
    body, told = _path(name, "samples").read_bytes(), _request(name)
    headers = told.pop("headers", HEADERS)
    return RawDelivery(body=body, headers=headers, request=Request(**told))


def expected_events(name: str) -> list[dict[str, Any]]:
    """The sample's normalised twin; raises UnknownSample."""
    twin = json.loads(_path(name, "expected").read_bytes())
    return twin if isinstance(twin, list) else [twin]


def _request(name: str) -> dict[str, Any]:
    provider, _, stem = name.partition("/")
    path = _HERE / provider / "requests" / f"{stem}.json"
    told: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    return told


def _path(name: str, folder: str) -> Path:
    if name not in sample_names():
        raise UnknownSample(name)
    provider, _, stem = name.partition("/")
    return _HERE / provider / folder / f"{stem}.json"
