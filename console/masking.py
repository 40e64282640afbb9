"""Phone numbers hidden wherever they stand in a record: in texts, lists and maps, and percent-encoded in URLs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from console.texts import map_texts
from store.masking import masked

_INTERNATIONAL = r"(?:\+|%2[Bb])[1-9](?:\d{6,14}|(?:[ ().-]{0,2}\d){6,14})|(?<![\w:.-])00[1-9]\d{6,14}(?!\w)"
_TELLING_DIGITS = 8
"""The last digits that make a number itself in every notation: +31612340001, 0031612340001, 0612340001."""


def mask_numbers(value: Any, known: Iterable[str] = ()) -> Any:
    """The value with every E.164-looking number masked, and the `known` ones in any notation."""
    pattern = _pattern(known)
    return map_texts(value, lambda text: pattern.sub(_hidden, text))


def _pattern(known: Iterable[str]) -> re.Pattern[str]:
    digits = {re.sub(r"\D", "", number) for number in known}
    tails = sorted(each[-_TELLING_DIGITS:] for each in digits if len(each) > _TELLING_DIGITS)
    return re.compile("|".join([*(rf"(?<![0-9A-Za-z])\+?\d*{tail}" for tail in tails), _INTERNATIONAL]))


def _hidden(match: re.Match[str]) -> str:
    encoded_plus, number = match[0][:3], match[0][3:]
    return encoded_plus + masked(f"+{number}")[1:] if encoded_plus in ("%2B", "%2b") else masked(match[0])
