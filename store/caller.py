"""One caller's phone number, in every notation in which platforms, rules and people write it."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import phonenumbers
from phonenumbers import NumberParseException

LEAST_DIGITS = 6
"""A national number shorter than this stands by chance in too many places."""

_SPACES = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_BETWEEN = f"{_SPACES}().-/·\u2010\u2011\u2012\u2013\u2014"
"""What people write between the digits of a number."""
_GAP = f"[{re.escape(_BETWEEN)}]{{0,3}}"
_FOREIGN = re.compile(r"(?:\+|%2[Bb]|\\u002[Bb]|(?<!\d)00)[\d\s().\-/]{1,6}$")
"""An international prefix right before: what follows it is another country's number."""
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}


class BadNumber(ValueError):
    """It is no phone number; the text says what to write."""


@dataclass(frozen=True)
class Caller:
    """A number by its country's code and its national digits."""

    country: str
    national: str

    @classmethod
    def parse(cls, text: str, region: str = "") -> Caller:
        """Read +31612340001, 0031612340001, 31612340001, or with a region 0612340001. Raises BadNumber."""
        written = re.sub(r"^\s*(?:tel:|%2[Bb])", "+", text.strip()).replace("++", "+")
        readings = [parsed for attempt, home in _readings(written, region.upper()) if (parsed := _read(attempt, home))]
        for parsed in sorted(readings, key=phonenumbers.is_valid_number, reverse=True):
            return cls(str(parsed.country_code), phonenumbers.national_significant_number(parsed))
        raise BadNumber(
            "that is no phone number; write it with its country, as in +31612340001, or say which country it is in "
            "with --region NL"
        )

    @property
    def e164(self) -> str:
        """+31612340001."""
        return f"+{self.country}{self.national}"

    def is_in(self, text: str) -> bool:
        """Whether the number stands in the text, however it is written; part of a longer number is another one."""
        return next(self.places(text), None) is not None

    def places(self, text: str) -> Iterator[re.Match[str]]:
        """Where it stands."""
        if self.national[-1] in text:
            for found in self._written.finditer(text):
                if found["country"] is not None or not _FOREIGN.search(
                    text[max(0, found.start() - 12) : found.start()]
                ):
                    yield found

    @cached_property
    def _written(self) -> re.Pattern[str]:
        abroad = r"(?:\+|%2[Bb]|\\u002[Bb]|00|011)?"
        country = rf"(?P<country>{abroad}{_GAP}{_GAP.join(self.country)}{_GAP}(?:\(0\)|0)?{_GAP})"
        return re.compile(rf"(?<!\d)(?:{country}|0{_GAP})?{_GAP.join(self.national)}(?!\d)")

    def is_in_bytes(self, value: bytes) -> bool:
        """The same for what is kept; bytes that are no text stand for no digit."""
        return self._roughly.search(value) is not None and self.is_in(value.decode("utf-8", "replace"))

    @property
    def pattern(self) -> str:
        """A Lua pattern that fits wherever the number may stand, and now and then elsewhere."""
        return "%W*".join(self.national)

    @property
    def between(self) -> str:
        """What may stand between the digits: of characters that begin with the same two of three bytes only one."""
        return "".join({each.encode()[:2]: each for each in _BETWEEN}.values())

    @cached_property
    def _roughly(self) -> re.Pattern[bytes]:
        """Finds what `pattern` finds, and fast, since it begins with a digit."""
        return re.compile(r"[^0-9A-Za-z]*".join(self.national).encode())

    def fingerprint(self, salt: str = "") -> str:
        """A salted hash that is slow to make, since there are few numbers: `scrypt$SALT$HASH`."""
        salt = salt or secrets.token_hex(16)
        made = hashlib.scrypt(self.e164.encode(), salt=bytes.fromhex(salt), dklen=32, **_SCRYPT)
        return f"scrypt${salt}${made.hex()}"

    def is_behind(self, fingerprint: str) -> bool:
        """Whether a fingerprint was made from this number."""
        kind, _, rest = fingerprint.partition("$")
        salt = rest.partition("$")[0]
        return kind == "scrypt" and secrets.compare_digest(fingerprint, self.fingerprint(salt))


def _readings(written: str, region: str) -> Iterator[tuple[str, str]]:
    """How a text may be meant, the likeliest first."""
    digits = re.sub(r"\D", "", written)
    if written.startswith("+"):
        yield written, ""
    elif written.startswith("00"):
        yield f"+{digits[2:]}", ""
    else:
        home = str(phonenumbers.country_code_for_region(region))
        meant = [(written, region)] if region else []
        meant += [(f"+{digits}", "")] if digits and not digits.startswith("0") else []
        yield from reversed(meant) if digits.startswith(home) else meant


def _read(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    """A number that may exist; None for anything else."""
    try:
        parsed = phonenumbers.parse(text, region or None)
    except NumberParseException:
        return None
    long_enough = len(phonenumbers.national_significant_number(parsed)) >= LEAST_DIGITS
    return parsed if long_enough and phonenumbers.is_possible_number(parsed) else None
