from __future__ import annotations

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from console.making.standins import StandIns, country_of, fictional


def test_the_same_value_gives_the_same_stand_in() -> None:
    standins = StandIns("")
    first = standins.replaced({"caller": "+31687654321", "note_to": "call +31687654321 or +31687654322"})
    assert first["caller"] in first["note_to"]
    assert "+316876543" not in str(first)
    assert standins.replaced("+31687654321") == first["caller"]


def test_numbers_keep_their_country() -> None:
    standins = StandIns("")
    for number, region in (("+4915112345678", "DE"), ("+32470123456", "BE"), ("+31687654321", "NL")):
        stand_in = phonenumbers.parse(standins.replaced(number), None)
        assert phonenumbers.region_code_for_number(stand_in) == region
    assert fictional("0612345678").startswith("+316")


def test_names_are_found_by_their_fields_and_replaced_everywhere() -> None:
    record = {"customer": {"firstName": "Ada", "last_name": "Jansen"}, "greeting": "Hello Ada Jansen, from Adana"}
    standins = StandIns("")
    standins.learn(record)
    assert standins.replaced(record) == {
        "customer": {"firstName": "Person 1", "last_name": "Person 2"},
        "greeting": "Hello Person 1 Person 2, from Adana",
    }


def test_what_was_said_is_left_out() -> None:
    said = {"report": {"transcript": "My wife is ill.", "messages": [{"role": "user", "content": "My wife is ill."}]}}
    assert StandIns("").replaced(said) == {
        "report": {"transcript": "Words 1.", "messages": [{"role": "user", "content": "Words 1."}]}
    }


def test_addresses_of_any_kind() -> None:
    record = {"street": "Damrak 1", "mail": "ada@jansen.nl", "recording_url": "https://rec.example.net/secret"}
    standins = StandIns("")
    standins.learn(record)
    assert standins.replaced(record) == {
        "street": "Street 1", "mail": "person1@example.com", "recording_url": "https://example.com/1",
    }  # fmt: skip


def test_what_ops_wrote_is_kept() -> None:
    standins = StandIns('if: call.to == "+31850000001" && tool.arguments.name == "Ada"')
    record = {"to": "+31850000001", "name": "Ada", "from": "+3185000000"}
    standins.learn(record)
    kept = standins.replaced(record)
    assert (kept["to"], kept["name"]) == ("+31850000001", "Ada")
    assert kept["from"] != "+3185000000"


def test_other_values_stay() -> None:
    record = {"status": "ended", "duration": 9, "tags": ["a", None, True], "score": 1.5}
    assert StandIns("").replaced(record) == record


@given(st.from_regex(r"\+316[0-9]{8}", fullmatch=True))
def test_no_number_survives(number: str) -> None:
    replaced = StandIns("").replaced({"a": number, "b": f"call {number}.", "c": [f"({number})"]})
    assert number not in str(replaced).replace(replaced["a"], "")


def test_one_number_stays_one_number_however_it_is_written() -> None:
    standins = StandIns("")
    written = {"a": "+31687654321", "b": "0687654321", "c": "06 8765 4321", "d": "0031687654321", "e": 31687654321}
    replaced = standins.replaced({**written, "f": "31687654321", "g": "call 06-87654321 or +31 6 87654321"})
    one = replaced["a"]
    national = f"0{one[3:]}"
    assert replaced == {
        "a": one, "b": national, "c": national, "d": f"00{one[1:]}", "e": int(one[1:]), "f": one[1:],
        "g": f"call {national} or {one}",
    }  # fmt: skip
    assert standins.replaced(replaced) == replaced


def test_numbers_without_a_country_are_of_the_calls_country() -> None:
    assert StandIns("", country_of("+4930123456")).replaced("0151 12345678").startswith("015")
    assert country_of("anonymous") == "NL"


def test_figures_that_are_personal() -> None:
    record = {"birthday": 19800101, "order": 1234567890, "at": 1767610000000, "postcode": 1012, "on": True}
    assert StandIns("").replaced(record) == {**record, "birthday": 1, "postcode": 1}


def test_lists_of_names() -> None:
    standins = StandIns("")
    record = {"names": ["Ada", "Bob"], "say": "Ada and Bob"}
    standins.learn(record)
    assert standins.replaced(record) == {"names": ["Person 1", "Person 2"], "say": "Person 1 and Person 2"}


def test_a_number_of_ops_is_kept_in_every_form() -> None:
    assert StandIns("call.to == '+31850000001'").replaced("ring 085 000 0001") == "ring 085 000 0001"


@given(
    st.recursive(st.text() | st.integers() | st.floats(allow_nan=False), lambda inner: st.lists(inner), max_leaves=5)
)
def test_the_same_record_gives_the_same_stand_ins(record: object) -> None:
    assert StandIns("").replaced(record) == StandIns("").replaced(record)
