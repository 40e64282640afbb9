from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from rules.engine.schema.models import fields_of, required_of
from tests.rules.engine.schema.support import fits


class Inner(BaseModel):
    """What lies inside."""

    title: str = Field("", description="its title")


class Outer(BaseModel):
    """What holds it."""

    from_: str = Field(alias="from", description="the `number` that calls")
    limit: int = Field(20, ge=1, le=100, description="how many")
    level: Literal["low", "high"] = "low"
    maybe: float | None = Field(None, gt=0, description="perhaps")
    mixed: str | int | list[int] = ""
    inner: Inner = Field(default_factory=Inner)
    many: list[Inner] = Field(default_factory=list)
    anything: object = None
    itself: Outer | None = None


FIELDS = fields_of(Outer)


def test_names_are_those_people_write() -> None:
    assert "from" in FIELDS
    assert required_of(Outer) == ["from"]


def test_a_field_named_title_survives() -> None:
    assert FIELDS["inner"]["properties"]["title"]["description"] == "Its title."
    assert FIELDS["many"]["items"]["properties"]["title"]["markdownDescription"] == "Its title."
    assert "title" not in FIELDS["limit"]


def test_hover_text_names_the_default() -> None:
    assert FIELDS["limit"]["markdownDescription"] == "How many. When left out: `20`."
    assert FIELDS["limit"]["default"] == 20
    assert FIELDS["from"]["description"] == "The number that calls."
    assert "default" not in FIELDS["mixed"]


def test_limits_hold() -> None:
    assert fits(FIELDS["limit"], 100)
    assert not fits(FIELDS["limit"], 101)
    assert not fits(FIELDS["maybe"], 0)
    assert fits(FIELDS["maybe"], 0.5)


def test_nothing_is_nulled_by_hand() -> None:
    assert not fits(FIELDS["maybe"], None)


def test_simple_alternatives_stand_side_by_side() -> None:
    assert "anyOf" not in FIELDS["mixed"]
    assert all(fits(FIELDS["mixed"], value) for value in ("a", 1, [1]))
    assert not fits(FIELDS["mixed"], ["a"])


def test_any_value() -> None:
    values: list[object] = ["a", None, {}, [1]]
    assert all(fits(FIELDS["anything"], value) for value in values)


def test_a_model_that_holds_itself_ends() -> None:
    assert "properties" in FIELDS["itself"]
