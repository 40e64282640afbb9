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
    """The sample as it would come in, unsigned; raises UnknownSample."""
    return RawDelivery(body=_path(name, "samples").read_bytes(), headers=HEADERS)


def expected_events(name: str) -> list[dict[str, Any]]:
    """The sample's normalised twin; raises UnknownSample."""
    twin = json.loads(_path(name, "expected").read_bytes())
    return twin if isinstance(twin, list) else [twin]


def _path(name: str, folder: str) -> Path:
    if name not in sample_names():
        raise UnknownSample(name)
    provider, _, stem = name.partition("/")
    return _HERE / provider / folder / f"{stem}.json"
