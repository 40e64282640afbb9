"""Phone numbers as logs and listings show them, alone and inside texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_INTERNATIONAL = r"(?:\+|%2[Bb])[1-9](?:\d{6,14}|(?:[ ().-]{0,2}\d){6,14})|(?<![\w:.-])00[1-9]\d{6,14}(?!\w)"
_TELLING_DIGITS = 8
"""The last digits that make a number itself in every notation: +31612340001, 0031612340001, 0612340001."""


def masked(number: str) -> str:
    """The number with its middle hidden: enough to recognise a caller one knows, not enough to call one.

    >>> masked("+31612340001")
    '+316•••••01'
    """
    if len(number) < 7:
        return "•" * len(number)
    return number[:4] + "•" * 5 + number[-2:]


def masker(known: Iterable[str] = ()) -> Callable[[str], str]:
    """What masks every E.164-looking number of a text, also percent-encoded, and the `known` ones in any notation.

    >>> masker()("call +31612340001 back")
    'call +316•••••01 back'
    """
    pattern = _pattern(known)
    return lambda text: pattern.sub(_hidden, text)


def _pattern(known: Iterable[str]) -> re.Pattern[str]:
    digits = {re.sub(r"\D", "", number) for number in known}
    tails = sorted(each[-_TELLING_DIGITS:] for each in digits if len(each) > _TELLING_DIGITS)
    return re.compile("|".join([*(rf"(?<![0-9A-Za-z])\+?\d*{tail}" for tail in tails), _INTERNATIONAL]))


def _hidden(match: re.Match[str]) -> str:
    encoded_plus, number = match[0][:3], match[0][3:]
    return encoded_plus + masked(f"+{number}")[1:] if encoded_plus in ("%2B", "%2b") else masked(match[0])
