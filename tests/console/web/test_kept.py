from __future__ import annotations

from datetime import UTC, datetime

from console.web.kept import Span, address_of, found_at, names_of, past_of, plan_of, rows_of
from rules.engine.loading.variables import Vars
from rules.engine.numbers.read import document_of
from tests.console.test_keeping import LOOK, row

SECRET = b"s" * 32
VARS = 'timezone: Europe/Amsterdam\nhours: { mon-fri: "09:00-18:00" }\nday: a1\nnight: a2\n'
FILE = """\
numbers:
  desk:
    "+31850000001": { when: { hours: vars.hours, agent: vars.day }, otherwise: vars.night }
    "+31850000002": { agent: vars.night }
"""
FRIDAY_NOON = datetime(2026, 3, 6, 11, tzinfo=UTC)


def test_an_address_tells_no_number_and_leads_back_to_it() -> None:
    look = LOOK | {"rows": [row(), row(number="+31850000002")]}
    first, second = (told["address"] for told in rows_of(SECRET, look, {}, whole=False))
    assert first != second
    assert found_at(SECRET, look, second) == look["rows"][1]
    assert found_at(b"another" * 5, look, second) is None
    assert address_of(SECRET, "desk/+31850000001") == first != address_of(b"other", "desk/+31850000001")


def test_agents_go_by_the_platforms_name_or_by_their_constant() -> None:
    vars_ = Vars(values={"day": "a1", "night": "night", "most": 5})
    names = names_of({"rows": [row(), row(present="a1", present_name="")]}, vars_)
    assert names == {"a1": "vars.day", "night": "Night desk"}
    (told,) = rows_of(SECRET, LOOK | {"rows": [row(present="a1", state="drift")]}, names, whole=True)
    assert (told["is_name"], told["wanted_name"], told["due"], told["differs"]) == (
        "vars.day",
        "Night desk",
        True,
        True,
    )


def test_the_plan_says_who_answers_when_in_local_time() -> None:
    document = document_of(FILE, VARS)
    spans = plan_of(document, "desk/+31850000001", FRIDAY_NOON)
    assert spans[:3] == [
        Span("", "2026-03-06 18:00", "a1"),
        Span("2026-03-06 18:00", "2026-03-09 09:00", "a2"),
        Span("2026-03-09 09:00", "2026-03-09 18:00", "a1"),
    ]
    assert plan_of(document, "desk/+31850000002", FRIDAY_NOON) == [Span("", "", "a2")]
    assert plan_of(document, "desk/+31850000003", FRIDAY_NOON) == []


def test_the_past_is_masked_and_names_agents() -> None:
    entry = {"number": "+31850000001", "from": "", "to": "a1"}
    (told,) = past_of([entry], {"a1": "Day desk"}, whole=False)
    assert (told["number"], told["before"], told["after"]) == ("+318•••••01", "nobody", "Day desk")
    assert past_of([entry], {}, whole=True)[0]["number"] == "+31850000001"
