"""Phone numbers hidden wherever they stand in a record: in texts, lists and maps, and percent-encoded in URLs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console.texts import map_texts
from store.masking import masker


def mask_numbers(value: Any, known: Iterable[str] = ()) -> Any:
    """The value with every E.164-looking number masked, and the `known` ones in any notation."""
    return map_texts(value, masker(known))
