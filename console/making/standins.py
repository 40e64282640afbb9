"""Stand-ins for what is personal in an event, so that it can become a test: the same value always gives the same one.

Replaced are phone numbers and e-mail addresses wherever they stand, what was said, whatever a field's name says is a
name, an address or a birthday, and every mention of it in other texts. Kept is what ops wrote themselves: values that
stand in the rule or in its vars. Telephone stand-ins keep their country; they are made of the number that documentation
uses there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import phonenumbers

from console.texts import map_texts

_NUMBER = re.compile(r"(?<![\w.])\+[1-9](?:[ ().-]{0,2}\d){6,14}(?!\d)|(?<![\w.:+-])0\d{8,12}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SPOKEN = frozenset(
    {
        "transcript", "summary", "text", "messages", "content", "notes", "note", "reason", "message", "question",
        "comment", "comments", "remark", "remarks", "feedback", "complaint",
    }
)  # fmt: skip
_PERSONAL: Mapping[str, str] = {
    "name": "Person", "surname": "Person", "lastname": "Person", "firstname": "Person", "fullname": "Person",
    "address": "Street", "street": "Street", "postcode": "Postcode", "postalcode": "Postcode", "zip": "Postcode",
    "zipcode": "Postcode", "city": "City", "birthday": "Birthday", "birthdate": "Birthday", "dateofbirth": "Birthday",
    "names": "Person", "addresses": "Street",
    "dob": "Birthday", "iban": "Account", "bsn": "Person-id", "ssn": "Person-id", "username": "Person",
}  # fmt: skip
"""The last words of a field's name, joined → what its stand-in is called."""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SHORTEST_MENTION = 3
_COUNTRY = "NL"
"""For numbers that do not say theirs, where the call has none that does."""
_BARE = re.compile(r"[1-9]\d{9,14}")
_NATIONAL = phonenumbers.PhoneNumberFormat.NATIONAL
_E164 = phonenumbers.PhoneNumberFormat.E164


@dataclass
class StandIns:
    """Replaces values and remembers what it gave for each."""

    ours: str
    """Texts that ops wrote: the rule and its vars."""
    region: str = _COUNTRY
    """The country of numbers that are written without one."""
    _given: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def learn(self, value: Any) -> None:
        """Find names and addresses by their fields first, so that they are known wherever else they stand."""
        if isinstance(value, Mapping):
            for key, inner in value.items():
                word = _personal(str(key))
                for each in inner if word and isinstance(inner, list) else [inner]:
                    if word and isinstance(each, str) and each:
                        self.give(each, f"{word} {{}}")
                    else:
                        self.learn(each)
        elif isinstance(value, list):
            for inner in value:
                self.learn(inner)

    def give(self, value: str, pattern: str) -> str:
        """The stand-in for a value, the pattern with a number in it; the value itself where ops wrote it."""
        if self.is_ours(value):
            return value
        if value not in self._given:
            self._counts[pattern] = self._counts.get(pattern, 0) + 1
            self._given[value] = pattern.format(self._counts[pattern])
        return self._given[value]

    def is_ours(self, value: str) -> bool:
        """Whether ops wrote this very value."""
        return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", self.ours) is not None

    def replaced(self, value: Any, key: str = "") -> Any:
        """The record with stand-ins; `key` is the name of the field it stands in."""
        if isinstance(value, Mapping):
            return {name: self.replaced(inner, str(name)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.replaced(inner, key) for inner in value]
        if isinstance(value, int) and not isinstance(value, bool) and not self.is_ours(str(value)):
            return self._whole(value, key)
        if not isinstance(value, str) or not value or self.is_ours(value):
            return value
        if key in _SPOKEN:
            return self.give(value, "Words {}.")
        if key.endswith("url"):
            return self.give(value, "https://example.com/{}")
        return map_texts(value, self._text)

    def _text(self, text: str) -> str:
        known = sorted((each for each in self._given if len(each) >= _SHORTEST_MENTION), key=len, reverse=True)
        if known:
            mentions = "|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in known)
            text = re.sub(mentions, lambda found: self._given[found[0]], text)
        text = _EMAIL.sub(lambda found: self._email(found[0]), text)
        text = _NUMBER.sub(lambda found: self._number(found[0]), text)
        for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, self.region))):
            text = text[: match.start] + self._number(match.raw_string) + text[match.end :]
        return self._number(text) if _BARE.fullmatch(text) and self._e164(text) else text

    def _whole(self, value: int, key: str) -> int:
        """A number that is a telephone number, or that its field's name calls personal."""
        text, word = str(value), _personal(key)
        if word:
            return int(re.sub(r"\D", "", self.give(text, f"{word} {{}}")))
        return int(self._number(text)) if _BARE.fullmatch(text) and self._e164(text) else value

    def _email(self, found: str) -> str:
        return found if found.endswith("@example.com") else self.give(found, "person{}@example.com")

    def _number(self, found: str) -> str:
        """The stand-in in the form in which the number is written, so that one person stays one person."""
        known = self._e164(found) or found
        if known in self._given.values() or self.is_ours(known):
            return found
        return _written_like(found, self.give(known, fictional(known)))

    def _e164(self, found: str) -> str:
        """The number as platforms write it, "" when it is none."""
        text = f"+{found}" if _BARE.fullmatch(found) else found
        try:
            number = phonenumbers.parse(text, self.region)
        except phonenumbers.NumberParseException:
            return ""
        possible = phonenumbers.is_possible_number(number) if text == found else phonenumbers.is_valid_number(number)
        return str(phonenumbers.format_number(number, _E164)) if possible else ""


def _personal(key: str) -> str:
    words = [word.lower() for word in _WORDS.findall(key)]
    tails = ("".join(words[start:]) for start in range(len(words)))
    return next((_PERSONAL[tail] for tail in tails if tail in _PERSONAL), "")


def _written_like(found: str, stand_in: str) -> str:
    digits = re.sub(r"[^\d+]", "", found)
    if digits.startswith("00"):
        return f"00{stand_in[1:]}"
    if digits.startswith("0"):
        return re.sub(r"\D", "", phonenumbers.format_number(phonenumbers.parse(stand_in), _NATIONAL))
    return stand_in if digits.startswith("+") else stand_in[1:]


def country_of(number: str) -> str:
    """The country of a number, the usual one when it does not say."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, None)) or _COUNTRY
    except phonenumbers.NumberParseException:
        return _COUNTRY


def fictional(number: str) -> str:
    """The pattern of numbers of the same country, made of the one that documentation uses there."""
    region = country_of(number)
    kinds = phonenumbers.PhoneNumberType
    examples = (phonenumbers.example_number_for_type(place, kinds.MOBILE) for place in (region, _COUNTRY))
    example = next(found for found in examples if found is not None)
    return f"{phonenumbers.format_number(example, _E164)[:-2]}{{:02}}"
