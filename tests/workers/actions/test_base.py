from __future__ import annotations

import httpx
import pytest
from pydantic import ValidationError

from tests.workers.clients.support import context
from workers.actions.base import ActionContext, InDoubt, NoOutput, Output, Params, action, in_doubt_for


class GreetParams(Params):
    name: str
    in_doubt: InDoubt | None = None


class Greeted(Output):
    text: str = ""


@action("greet", in_doubt="skip", needs_call=True, platforms={"flireo": {"g2", "g3"}})
async def greet(context: ActionContext, params: GreetParams) -> Greeted:
    """Greet somebody.

    At length.
    """
    return Greeted(text=f"Hello {params.name}")


async def test_the_function_says_what_the_action_is() -> None:
    assert greet.name == "greet"
    assert greet.doc == "Greet somebody.\n\nAt length."
    assert greet.params is GreetParams
    assert greet.output is Greeted
    assert greet.needs_call
    assert greet.platforms == {"flireo": frozenset({"g2", "g3"})}
    assert greet.verify is None
    made = await greet.perform(context(httpx.AsyncClient()), GreetParams(name="Ada"))
    assert made == Greeted(text="Hello Ada")


def test_an_action_without_a_docstring_is_refused() -> None:
    async def silent(context: ActionContext, params: GreetParams) -> NoOutput:
        return NoOutput()

    with pytest.raises(TypeError, match="silent_one has no docstring"):
        action("silent_one", in_doubt="repeat")(silent)


def test_what_costs_money_is_never_simply_repeated() -> None:
    async def pay(context: ActionContext, params: GreetParams) -> NoOutput:
        """Pay."""
        return NoOutput()

    with pytest.raises(TypeError, match="pay costs money"):
        action("pay", in_doubt="repeat", costs="numbers-bought")
    assert action("pay", in_doubt="park", costs="numbers-bought")(pay).costs == "numbers-bought"


def test_no_platform_is_not_an_empty_set_of_platforms() -> None:
    async def free(context: ActionContext, params: GreetParams) -> NoOutput:
        """Needs nobody."""
        return NoOutput()

    assert action("free", in_doubt="repeat")(free).platforms is None


def test_the_rules_own_choice_in_doubt_comes_first() -> None:
    assert in_doubt_for(greet, GreetParams(name="x")) == "skip"
    assert in_doubt_for(greet, GreetParams(name="x", in_doubt="park")) == "park"


def test_a_misspelled_parameter_is_refused() -> None:
    with pytest.raises(ValidationError, match="nmae"):
        GreetParams.model_validate({"name": "x", "nmae": "y"})


def test_exchanges_are_noted_in_order_and_filled_in_later() -> None:
    own = context(httpx.AsyncClient())
    first = own.record({"a": 1})
    own.record({"b": 2}, got=3)
    first.got = 4
    assert [(each.sent, each.got) for each in own.exchanges] == [({"a": 1}, 4), ({"b": 2}, 3)]


def test_a_context_shows_no_secret() -> None:
    assert "s3cr3t" not in repr(context(httpx.AsyncClient(), secrets=frozenset({"s3cr3t"})))
